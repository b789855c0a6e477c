package dev.drover.engine.mqttbatch;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Use MQTT 5 as a durable queue: read batches that are acknowledged only after the route succeeded,
 * and publish batches that are on the broker's disk when the step ends.
 */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "mqtt-batch",
    title = "MQTT Batch",
    syntax = "mqtt-batch:topic",
    category = {Category.MESSAGING})
public class MqttBatchEndpoint extends DefaultEndpoint {
  @UriPath(description = "The topic; a reader has one session per topic")
  @Metadata(required = true)
  private final String topic;

  @UriParam(description = "The bean of type MqttConnection")
  @Metadata(required = true)
  private MqttConnection connection;

  @UriParam(
      label = "consumer",
      description = "The largest number of messages in one exchange",
      defaultValue = "100")
  private int batchSize = 100;

  @UriParam(
      label = "consumer",
      description = "How long an incomplete batch waits for more messages",
      defaultValue = "300",
      javaType = "java.time.Duration")
  private long linger = 300;

  @UriParam(
      label = "consumer",
      description =
          "The largest number of bytes in one exchange, and of what waits behind it in this process;"
              + " a larger message comes alone. The broker keeps the rest",
      defaultValue = "1048576")
  private int batchBytes = 1 << 20;

  @UriParam(
      label = "consumer",
      description =
          "The largest packet that the broker may send to this reader, in bytes; it throws away a"
              + " larger one",
      defaultValue = "2097152")
  private int maximumPacket = 2 << 20;

  @UriParam(
      label = "consumer",
      description =
          "How many messages may be on their way to this reader. A broker may give up their order"
              + " when it is reached (Artemis does), so whoever needs the order keeps less than this"
              + " in the queue",
      defaultValue = "65535")
  private int receiveMaximum = 65_535;

  @UriParam(
      label = "consumer",
      description = "The pause before a failed batch is processed again, or a connection tried",
      defaultValue = "1000",
      javaType = "java.time.Duration")
  private long retryPause = 1000;

  @UriParam(
      label = "producer",
      description = "How long to wait for the broker's acknowledgements",
      defaultValue = "30000",
      javaType = "java.time.Duration")
  private long timeout = 30_000;

  MqttBatchEndpoint(String uri, MqttBatchComponent component, String topic) {
    super(uri, component);
    this.topic = topic;
  }

  @Override
  public Producer createProducer() {
    return new MqttBatchProducer(this);
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    MqttBatchConsumer consumer = new MqttBatchConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  @Override
  public MqttBatchComponent getComponent() {
    return (MqttBatchComponent) super.getComponent();
  }

  public String getTopic() {
    return topic;
  }

  public MqttConnection getConnection() {
    return connection;
  }

  public void setConnection(MqttConnection connection) {
    this.connection = connection;
  }

  public int getBatchSize() {
    return batchSize;
  }

  public void setBatchSize(int batchSize) {
    this.batchSize = batchSize;
  }

  public long getLinger() {
    return linger;
  }

  public void setLinger(long linger) {
    this.linger = linger;
  }

  public int getBatchBytes() {
    return batchBytes;
  }

  public void setBatchBytes(int batchBytes) {
    this.batchBytes = batchBytes;
  }

  public int getMaximumPacket() {
    return maximumPacket;
  }

  public void setMaximumPacket(int maximumPacket) {
    this.maximumPacket = maximumPacket;
  }

  public int getReceiveMaximum() {
    return receiveMaximum;
  }

  public void setReceiveMaximum(int receiveMaximum) {
    this.receiveMaximum = receiveMaximum;
  }

  public long getRetryPause() {
    return retryPause;
  }

  public void setRetryPause(long retryPause) {
    this.retryPause = retryPause;
  }

  public long getTimeout() {
    return timeout;
  }

  public void setTimeout(long timeout) {
    this.timeout = timeout;
  }
}
