package dev.drover.engine.mqttbatch;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A process to be killed: it writes what it reads to a file, and often fails on purpose. */
public final class BatchReader {
  private BatchReader() {}

  /** Arguments: the broker's URL, the file, the seed of the failures. */
  public static void main(String[] arguments) throws Exception {
    FileChannel file =
        FileChannel.open(
            Path.of(arguments[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Random random = new Random(Long.parseLong(arguments[2]));
    DefaultCamelContext camel = new DefaultCamelContext();
    camel
        .getRegistry()
        .bind("broker", new MqttConnection(arguments[0], "reader", "reader", "drover-"));
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("mqtt-batch:queue/a?connection=#broker&batchSize=20&linger=20&retryPause=10")
                .process(
                    exchange -> {
                      StringBuilder lines = new StringBuilder();
                      for (Object message : exchange.getMessage().getBody(List.class)) {
                        byte[] body = (byte[]) ((Message) message).getBody();
                        lines.append(new String(body, StandardCharsets.UTF_8)).append('\n');
                      }
                      file.write(ByteBuffer.wrap(lines.toString().getBytes()));
                      file.force(false);
                      if (random.nextInt(4) == 0) {
                        throw new IllegalStateException("failing on purpose");
                      }
                    });
          }
        });
    camel.start();
    Thread.currentThread().join();
  }
}
