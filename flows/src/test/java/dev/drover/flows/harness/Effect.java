package dev.drover.flows.harness;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.Exchange;

/** What a recorded bean or endpoint does to the exchange instead of its real work. */
@FunctionalInterface
public interface Effect {

  /** Does it; what this returns is what a bean's method returns, when it returns anything. */
  Object on(Exchange exchange) throws Exception;

  /** Sets a header of the message. */
  static Effect header(String name, Object value) {
    return exchange -> {
      exchange.getMessage().setHeader(name, value);
      return null;
    };
  }

  /** Sets a property of the exchange. */
  static Effect property(String name, Object value) {
    return exchange -> {
      exchange.setProperty(name, value);
      return null;
    };
  }

  /** Sets the body, and returns it. */
  static Effect body(Object value) {
    return exchange -> {
      exchange.getMessage().setBody(value);
      return value;
    };
  }

  /** Fails. */
  static Effect failure(Exception cause) {
    return exchange -> {
      throw cause;
    };
  }

  /** Does nothing. */
  static Effect nothing() {
    return exchange -> null;
  }

  /** Does several things in their order, and returns what the last of them returns. */
  static Effect all(Effect... effects) {
    return exchange -> {
      Object last = null;
      for (Effect effect : effects) {
        last = effect.on(exchange);
      }
      return last;
    };
  }

  /** Does another thing at each call; the last of them at every call after it. */
  static Effect inTurn(Effect... effects) {
    Iterator<Effect> turns = List.copyOf(Arrays.asList(effects)).iterator();
    Effect[] current = new Effect[1];
    return exchange -> {
      if (turns.hasNext()) {
        current[0] = turns.next();
      }
      return current[0].on(exchange);
    };
  }
}
