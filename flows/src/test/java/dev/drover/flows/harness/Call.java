package dev.drover.flows.harness;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;

/**
 * One thing that a flow did to the world outside of its file.
 *
 * @param name {@code bean.method}, an endpoint without its options such as {@code kafka:topic}, or
 *     {@code log LEVEL}
 * @param text the name with what was said: {@code protocolLog.record(event_applied, ...)}
 * @param headers of the message when it was called, in any case of letters
 * @param properties of the exchange when it was called
 */
public record Call(
    String name,
    String text,
    Map<String, Object> headers,
    Map<String, Object> properties,
    Object body) {

  static Call of(String name, String text, Exchange exchange) {
    Map<String, Object> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(exchange.getMessage().getHeaders());
    return new Call(
        name, text, headers, exchange.getAllProperties(), exchange.getMessage().getBody());
  }

  /** Returns a header of the message as it was. */
  public Object header(String name) {
    return headers.get(name);
  }
}
