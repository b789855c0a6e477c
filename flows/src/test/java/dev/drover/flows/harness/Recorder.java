package dev.drover.flows.harness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.mockito.Mockito;
import org.mockito.invocation.InvocationOnMock;

/** Writes down every call that leaves a flow, and gives the answers that a test has prepared. */
final class Recorder {
  private final List<Call> calls = new ArrayList<>();
  private final Map<String, Effect> answers = new HashMap<>();
  private final ThreadLocal<Exchange> current = new ThreadLocal<>();

  void forget() {
    calls.clear();
    answers.clear();
  }

  void answer(String call, Effect effect) {
    answers.put(call, effect);
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  /** The exchange that a step works on, for beans whose method does not take it. */
  Exchange enter(Exchange exchange) {
    Exchange before = current.get();
    current.set(exchange);
    return before;
  }

  void leave(Exchange before) {
    current.set(before);
  }

  void log(Exchange exchange, String level, String message) {
    calls.add(Call.of("log " + level, ("log " + level + ": " + message).strip(), exchange));
  }

  Object call(String name, String text, Exchange exchange) throws Exception {
    calls.add(Call.of(name, text, exchange));
    Effect effect = answers.get(name);
    return effect == null ? null : effect.on(exchange);
  }

  /**
   * Returns a bean of the real type, so that its methods and their parameters are the real ones.
   */
  <T> T bean(String name, Class<T> type) {
    return Mockito.mock(
        type, Mockito.withSettings().stubOnly().defaultAnswer(call -> invoked(name, call)));
  }

  private Object invoked(String bean, InvocationOnMock invocation) throws Throwable {
    Exchange exchange =
        Stream.of(invocation.getArguments())
            .filter(Exchange.class::isInstance)
            .map(Exchange.class::cast)
            .findFirst()
            .orElseGet(current::get);
    if (exchange == null || invocation.getMethod().getDeclaringClass() == Object.class) {
      return Mockito.RETURNS_DEFAULTS.answer(invocation);
    }
    String name = bean + "." + invocation.getMethod().getName();
    String said =
        Stream.of(invocation.getArguments())
            .filter(Recorder::isPlain)
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    Object answer = call(name, said.isEmpty() ? name : name + "(" + said + ")", exchange);
    Class<?> wanted = invocation.getMethod().getReturnType();
    boolean fits = answer != null && wanted != void.class;
    return fits ? answer : Mockito.RETURNS_DEFAULTS.answer(invocation);
  }

  private static boolean isPlain(Object argument) {
    return argument instanceof CharSequence
        || argument instanceof Number
        || argument instanceof Boolean
        || argument instanceof Enum;
  }
}
