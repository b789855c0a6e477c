package dev.drover.flows.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/** What one exchange did on its way through a flow file. */
public final class Run {
  private final Exchange exchange;
  private final List<Call> calls;

  Run(Exchange exchange, List<Call> calls) {
    this.exchange = exchange;
    this.calls = calls;
  }

  /**
   * Asserts everything that the flow called, in its order, and so what it did not call. A call is
   * named with or without what was said in it.
   *
   * @param expected one call each, or several as the lines of a text
   */
  public Run calls(String... expected) {
    List<String> names = lines(expected);
    assertThat(texts(names, 0)).containsExactlyElementsOf(names);
    return this;
  }

  /** Asserts the last calls of the flow. */
  public Run endsWith(String... expected) {
    List<String> names = lines(expected);
    int skipped = Math.max(0, calls.size() - names.size());
    assertThat(texts(names, skipped)).containsExactlyElementsOf(names);
    return this;
  }

  private static List<String> lines(String... expected) {
    return Stream.of(expected)
        .flatMap(String::lines)
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private List<String> texts(List<String> expected, int skipped) {
    List<String> texts = new ArrayList<>();
    for (Call call : calls.subList(skipped, calls.size())) {
      int i = texts.size();
      boolean named = i < expected.size() && expected.get(i).equals(call.name());
      texts.add(named ? call.name() : call.text());
    }
    return texts;
  }

  /** Asserts that the route has ended well: its caller or source sees no failure. */
  public Run endsWell() {
    assertThat(exchange.getException()).isNull();
    return this;
  }

  /** Asserts that the caller or source sees a failure, and what is its cause. */
  public Run failsWith(String message) {
    assertThat(exchange.getException()).isNotNull();
    Throwable cause = exchange.getException();
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    assertThat(cause).hasMessage(message);
    return this;
  }

  /** Asserts that the flow ended here by a stop. */
  public Run stops() {
    assertThat(exchange.isRouteStop()).isTrue();
    return endsWell();
  }

  /** Asserts a header of the message at the end; null: there is none. */
  public Run header(String name, Object value) {
    assertThat(exchange.getMessage().getHeader(name)).isEqualTo(value);
    return this;
  }

  /** Asserts a property of the exchange at the end; null: there is none. */
  public Run property(String name, Object value) {
    assertThat(exchange.getProperty(name)).isEqualTo(value);
    return this;
  }

  /** Asserts a variable of the exchange at the end; null: there is none. */
  public Run variable(String name, Object value) {
    assertThat(exchange.getVariable(name)).isEqualTo(value);
    return this;
  }

  /** Asserts the body at the end. */
  public Run body(Object value) {
    assertThat(exchange.getMessage().getBody()).isEqualTo(value);
    return this;
  }

  /** Asserts a header of the message with which the call of this name was made, each time. */
  public Run sent(String call, String header, Object... values) {
    assertThat(made(call)).extracting(c -> c.header(header)).containsExactly(values);
    return this;
  }

  /** Asserts the bodies of the messages with which the call of this name was made. */
  public Run sentBody(String call, Object... bodies) {
    assertThat(made(call)).extracting(Call::body).containsExactly(bodies);
    return this;
  }

  /** Returns the calls of a name, with headers, properties and body of that moment. */
  public List<Call> made(String call) {
    return calls.stream().filter(c -> c.name().equals(call)).toList();
  }
}
