"""Every call of segment-analytics-python. Arguments: the collector's URL, the write key. Prints the id of each call."""

import json
import sys

from segment.analytics import Client

url, write_key = sys.argv[1:3]


def fail(error: Exception, _batch: list[dict]) -> None:
    print(error, file=sys.stderr)


client = Client(write_key, host=url, on_error=fail, gzip="gzip" in sys.argv)
user = {"user_id": "u-1", "anonymous_id": "a-1"}
calls = [
    client.identify(**user, traits={"plan": "pro"}),
    client.track(
        **user, event="Order Completed", properties={"revenue": 12.5, "currency": "EUR"}, context={"ip": "203.0.113.77"}
    ),
    client.page(**user, name="Home", category="Shop", properties={"url": "https://shop.example/"}),
    client.screen(**user, name="Start", properties={"tab": 2}),
    client.group(**user, group_id="g-1", traits={"seats": 3}),
    client.alias(user_id="u-1", previous_id="a-1"),
]
client.shutdown()
print(json.dumps({message["type"]: message["messageId"] for _, message in calls}))
