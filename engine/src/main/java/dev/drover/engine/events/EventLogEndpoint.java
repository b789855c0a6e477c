package dev.drover.engine.events;

import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultEndpoint;

/** Read new events of the log, in order, and hand each to the streams through the route. */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "event-log",
    title = "Event Log",
    syntax = "event-log:topic",
    category = {Category.MESSAGING},
    consumerOnly = true)
public final class EventLogEndpoint extends DefaultEndpoint {
  @UriPath(description = "The log's name: the topic of the hub's log.")
  @Metadata(required = true)
  private String topic;

  @UriParam(
      label = "common",
      description = "The event hub. The only one in the registry when not set.")
  private EventHub hub;

  @UriParam(
      label = "consumer",
      javaType = "java.time.Duration",
      defaultValue = "2s",
      description = "How often to look whether the topic was replaced by another of its name.")
  private String identityCheck = "2s";

  /** An endpoint on a topic. */
  public EventLogEndpoint(String uri, Component component, String topic) {
    super(uri, component);
    this.topic = topic;
  }

  @Override
  public Producer createProducer() {
    throw new IllegalArgumentException("event-log only reads; write events with kafka:" + topic);
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    EventHub found =
        hub != null
            ? hub
            : CamelContextHelper.mandatoryFindSingleByType(getCamelContext(), EventHub.class);
    if (!found.log().name().equals(topic)) {
      throw new IllegalArgumentException(
          "the hub reads " + found.log().name() + ", the route names " + topic);
    }
    Consumer consumer = new EventLogConsumer(this, processor, found);
    configureConsumer(consumer);
    return consumer;
  }

  public String getTopic() {
    return topic;
  }

  public void setTopic(String topic) {
    this.topic = topic;
  }

  public EventHub getHub() {
    return hub;
  }

  public void setHub(EventHub hub) {
    this.hub = hub;
  }

  public String getIdentityCheck() {
    return identityCheck;
  }

  public void setIdentityCheck(String identityCheck) {
    this.identityCheck = identityCheck;
  }
}
