from aws_cdk import App, Duration, RemovalPolicy, Stack
from cdk_clickstream_lakehouse import (
    ClickstreamLakehouse,
    CollectorOptions,
    LakehouseNetwork,
    ProcessingOptions,
    ProcessingSchedule,
    WriteKeySource,
)

app = App()
stack = Stack(
    app, "ClickstreamMinimal", description="The smallest clickstream lakehouse"
)
ClickstreamLakehouse(
    stack,
    "Lakehouse",
    network=LakehouseNetwork.none(),
    removal_policy=RemovalPolicy.DESTROY,
    collector=CollectorOptions(write_keys={"web": WriteKeySource(keys=["a1b2c3"])}),
    processing=ProcessingOptions(schedule=ProcessingSchedule.every(Duration.hours(6))),
)
app.synth()
