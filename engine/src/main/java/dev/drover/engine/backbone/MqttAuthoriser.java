package dev.drover.engine.backbone;

import java.security.Principal;
import java.util.Optional;

/** Decides who may connect to the mall's MQTT broker and what each may do there. */
public interface MqttAuthoriser {
  /**
   * Who a client is; empty refuses the connection. A client id names a session with its queued
   * messages, so an implementation must tie it to the identity.
   */
  Optional<Principal> authenticate(MqttLogin login);

  /**
   * Whether an identity may do something. Asked for every message, so a decision can change while a
   * client is connected.
   *
   * @param identity what {@link #authenticate} answered
   * @param topic the topic of a message, or the filter of a subscription with {@code +} and {@code
   *     #}
   */
  boolean allows(Principal identity, String topic, MqttAction action);

  /**
   * The largest packet that an identity may send. What a client with more than usual sends is not
   * taken from the process's budget of bytes: it is the process itself.
   *
   * @param usual the limit of all others, in bytes
   */
  default int maxPacketBytes(Principal identity, int usual) {
    return usual;
  }
}
