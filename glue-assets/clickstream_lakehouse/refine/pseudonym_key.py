"""The key of the pseudonyms, read from Secrets Manager when a run starts."""

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

MIN_KEY_BYTES = 32
"""As long as what SHA-256 makes of it: RFC 2104 advises against less."""


class PseudonymKeyError(RuntimeError):
    """The secret cannot be read or holds no key; the message says what to do, and nothing of what was read."""


def read_pseudonym_key(arn: str, region: str) -> bytes:
    """The value of a secret, to the byte.

    :raises PseudonymKeyError: when it cannot be read or is too short
    """
    retries = {"mode": "standard", "total_max_attempts": 5}
    config = Config(connect_timeout=5, read_timeout=30, retries=retries)
    try:
        answer = boto3.client("secretsmanager", region_name=region, config=config).get_secret_value(SecretId=arn)
    except (BotoCoreError, ClientError) as error:
        raise PseudonymKeyError(
            f"the key of the pseudonyms cannot be read from {arn} ({error}): check that the secret has a value, that "
            "the job's role may read it and use its key, and that the job's subnet reaches Secrets Manager"
        ) from error
    key = answer["SecretBinary"] if "SecretBinary" in answer else answer["SecretString"].encode()
    if len(key) < MIN_KEY_BYTES:
        raise PseudonymKeyError(
            f"the key of the pseudonyms in {arn} has {len(key)} bytes and needs at least {MIN_KEY_BYTES}: put a random "
            "text there, such as the output of `openssl rand -hex 32`"
        )
    return key
