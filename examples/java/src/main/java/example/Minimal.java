package example;

import io.github.cdkclickstream.lakehouse.ClickstreamLakehouse;
import io.github.cdkclickstream.lakehouse.CollectorOptions;
import io.github.cdkclickstream.lakehouse.LakehouseNetwork;
import io.github.cdkclickstream.lakehouse.ProcessingOptions;
import io.github.cdkclickstream.lakehouse.ProcessingSchedule;
import io.github.cdkclickstream.lakehouse.WriteKeySource;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;

public final class Minimal {
  public static void main(String[] args) {
    App app = new App();
    Stack stack = new Stack(app, "ClickstreamMinimal",
        StackProps.builder().description("The smallest clickstream lakehouse").build());
    WriteKeySource web = WriteKeySource.builder().keys(List.of("a1b2c3")).build();
    ClickstreamLakehouse.Builder.create(stack, "Lakehouse")
        .network(LakehouseNetwork.none())
        .removalPolicy(RemovalPolicy.DESTROY)
        .collector(CollectorOptions.builder().writeKeys(Map.of("web", web)).build())
        .processing(ProcessingOptions.builder().schedule(ProcessingSchedule.every(Duration.hours(6))).build())
        .build();
    app.synth();
  }
}
