package dev.drover.engine.backbone;

/** What an MQTT client wants to do with a topic. */
public enum MqttAction {
  /** Send messages to it. */
  PUBLISH,
  /** Receive its messages. */
  SUBSCRIBE
}
