"""Every kind of event of snowplow-tracker. Prints the id of each event.

Arguments: the collector's URL, the app id, post or get.
"""

import json
import sys

from snowplow_tracker import (
    EmitterConfiguration,
    PagePing,
    PageView,
    ScreenView,
    SelfDescribing,
    SelfDescribingJson,
    Snowplow,
    StructuredEvent,
    Subject,
    TrackerConfiguration,
)

url, app_id, method = sys.argv[1:4]
failures: list[int] = []
subject = Subject()
subject.set_user_id("u-1").set_domain_user_id("d-1").set_ip_address("203.0.113.77").set_useragent("Test/1.0").set_lang(
    "de-AT"
)
subject.set_timezone("Europe/Vienna").set_domain_session_id("s-1").set_domain_session_index(3)
emitter = EmitterConfiguration(batch_size=50, on_failure=lambda _stored, unsent: failures.append(len(unsent)))
tracker = Snowplow.create_tracker(
    "test",
    url,
    method=method,
    app_id=app_id,
    subject=subject,
    emitter_config=emitter,
    tracker_config=TrackerConfiguration(encode_base64=True),
)

visitor = [SelfDescribingJson("iglu:com.acme/visitor/jsonschema/1-0-0", {"kind": "tester"})]
product = SelfDescribingJson("iglu:com.acme/viewed_product/jsonschema/1-0-0", {"price": 20})
events = {
    "pageView": PageView(
        "https://shop.example/tea", page_title="Tee für zwei", referrer="https://search.example/", context=visitor
    ),
    "pagePing": PagePing("https://shop.example/tea", min_y=0, max_y=120, context=visitor),
    "struct": StructuredEvent("shop", "add-to-cart", label="tea", property_="green", value=12.5, context=visitor),
    "selfDescribing": SelfDescribing(product, context=visitor),
    "screenView": ScreenView("screen-1", name="Start", context=visitor),
}
ids = {name: tracker.track(event) for name, event in events.items()}
tracker.flush()
if failures:
    sys.exit(f"{failures} events were not sent")
print(json.dumps(ids))
