package dev.drover.engine.outbox;

import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Read what was written together with a change and must still be told to others. The body of an
 * exchange is a list of messages; the entries are forgotten when the exchange ended well and come
 * again when it did not.
 */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "outbox",
    title = "Outbox",
    syntax = "outbox:name",
    consumerOnly = true,
    category = {Category.MESSAGING})
public class OutboxEndpoint extends DefaultEndpoint {
  @UriPath(description = "A name for logs and metrics")
  @Metadata(required = true)
  private final String name;

  @UriParam(description = "The bean of type OutboxSource to read from")
  @Metadata(required = true)
  private OutboxSource source;

  @UriParam(
      description = "How often to look for entries of other processes or failed ones",
      defaultValue = "100",
      javaType = "java.time.Duration")
  private long period = 100;

  @UriParam(description = "The largest number of entries in one exchange", defaultValue = "100")
  private int batchSize = 100;

  @UriParam(
      description =
          "The check of health that is degraded while the route fails; the only bean of type"
              + " Conditions tells it")
  private String check;

  OutboxEndpoint(String uri, Component component, String name) {
    super(uri, component);
    this.name = name;
  }

  @Override
  public Producer createProducer() {
    throw new IllegalArgumentException("outbox: can only be read from");
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    OutboxConsumer consumer = new OutboxConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  public String getName() {
    return name;
  }

  public OutboxSource getSource() {
    return source;
  }

  public void setSource(OutboxSource source) {
    this.source = source;
  }

  public long getPeriod() {
    return period;
  }

  public void setPeriod(long period) {
    this.period = period;
  }

  public int getBatchSize() {
    return batchSize;
  }

  public void setBatchSize(int batchSize) {
    this.batchSize = batchSize;
  }

  public String getCheck() {
    return check;
  }

  public void setCheck(String check) {
    this.check = check;
  }
}
