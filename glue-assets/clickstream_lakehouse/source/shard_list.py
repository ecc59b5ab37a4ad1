"""The stream's shards, as they are listed every few seconds."""

import time

from clickstream_lakehouse.source.kinesis_client import Shard, Stream, error_code, is_retryable, list_shards

_LIST_SECONDS = 5.0  # how old a list may be; a reshard is noticed that much later
_LIST_ATTEMPTS = 6


class StreamNotFoundError(RuntimeError):
    """There is no such stream."""


class ShardList:
    """Lists the shards when the last list is too old."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._shards: list[Shard] = []
        self._listed_at = 0.0

    def shards(self) -> list[Shard]:
        """The stream's shards, at most _LIST_SECONDS old; the last list while ListShards is throttled.

        :raises StreamNotFoundError: when there is no such stream
        """
        if self._shards and time.time() - self._listed_at < _LIST_SECONDS:
            return self._shards
        for attempt in range(1, _LIST_ATTEMPTS + 1):
            try:
                self._shards = list_shards(self._stream.connect(), self._stream)
                self._listed_at = time.time()
                return self._shards
            except Exception as error:
                if error_code(error) == "ResourceNotFoundException" and not self._shards:
                    raise StreamNotFoundError(f"no stream {self._stream.name} in {self._stream.region}") from error
                if self._shards and is_retryable(error):
                    return self._shards
                if not is_retryable(error) or attempt == _LIST_ATTEMPTS:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")
