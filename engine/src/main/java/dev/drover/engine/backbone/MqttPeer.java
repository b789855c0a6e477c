package dev.drover.engine.backbone;

import io.netty.util.AttributeKey;

/** What the broker's port knows of one connection. */
final class MqttPeer {
  static final AttributeKey<MqttPeer> KEY = AttributeKey.valueOf(MqttPeer.class, "peer");

  static final int MQTT_5 = 5;

  private final int usualBytes;
  private volatile int maxBytes;
  private volatile long takes = Long.MAX_VALUE;
  private int version;

  MqttPeer(int usualBytes) {
    this.usualBytes = usualBytes;
    this.maxBytes = usualBytes;
  }

  /** The protocol level of its CONNECT; 0 until it is known. */
  int version() {
    return version;
  }

  void version(int level) {
    version = level;
  }

  /** The largest PUBLISH packet that it may send. */
  int maxBytes() {
    return maxBytes;
  }

  /** Whether what it sends is its own business: a client that may send more than usual. */
  boolean trusted() {
    return maxBytes > usualBytes;
  }

  /** Lets it in with this limit. */
  void admit(int bytes) {
    maxBytes = bytes;
  }

  /** The largest packet that it takes, by its own word. */
  long takes() {
    return takes;
  }

  void takes(long bytes) {
    takes = bytes;
  }
}
