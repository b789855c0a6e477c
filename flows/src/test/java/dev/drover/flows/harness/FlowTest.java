package dev.drover.flows.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.http.OperationFlows;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

/**
 * Base of the tests of one flow file: what the file does, step by step, with everything outside of
 * it recorded. It runs in a plain Camel context: no Spring, no network, no store.
 *
 * <p>A test says what beans and endpoints answer ({@link #given}), lets a message enter a route
 * ({@link #into}), and asserts what was called, in which order and with what ({@link Run}). When
 * all tests of the class have run, each step and each way past a filter, choice, loop or split of
 * the file must have been taken.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FlowTest {
  /** The repository. */
  protected static final Path HOME =
      Path.of(System.getProperty("drover.home", "..")).toAbsolutePath().normalize();

  private static final FlowSet ALL = FlowContext.repository(HOME);

  private final RouteFile file;
  private final Properties settings;
  private final Map<String, Object> realBeans = new HashMap<>();
  private final Recorder recorder = new Recorder();
  private final Branches branches = new Branches(recorder);
  private final Set<String> tests = new HashSet<>();
  private FlowContext context;

  /**
   * Prepares the context of a file.
   *
   * @param bundle folder below routes/
   * @param name name of the file without {@code .camel.yaml}
   * @param settings names and values that differ from the shipped ones, one after the other
   */
  protected FlowTest(String bundle, String name, String... settings) {
    String path = "routes/" + bundle + "/" + name + ".camel.yaml";
    this.file = EditedFlow.orAsItIs(path, ALL);
    this.settings = shipped(bundle);
    for (int i = 0; i < settings.length; i += 2) {
      this.settings.setProperty(settings[i], settings[i + 1]);
    }
  }

  private static Properties shipped(String bundle) {
    // the flows that go with every bundle are tested as those of a mall
    String module = bundle.equals(FlowSet.SHARED) ? "orchestrator" : bundle;
    Path path = HOME.resolve(module).resolve("src/main/resources/application.yaml");
    try {
      Properties settings = ShippedSettings.read(path);
      settings.setProperty("drover.home", HOME.toString());
      settings.setProperty("drover.entity-id", "mall-1");
      settings.setProperty("drover.orchestrator-id", "orch-1");
      return settings;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Uses a real bean instead of a recorded one. */
  protected final void real(String name, Object bean) {
    realBeans.put(name, bean);
  }

  @BeforeAll
  final void startFlow() throws Exception {
    context = start(settings);
  }

  private FlowContext start(Properties with) throws Exception {
    return FlowContext.start(HOME, ALL, file, with, realBeans, recorder, branches);
  }

  @BeforeEach
  final void forgetCalls(TestInfo test) {
    recorder.forget();
    tests.add(test.getTestMethod().map(Method::getName).orElse(""));
  }

  @AfterAll
  final void everyBranchWasTaken() {
    if (context == null) {
      return; // it did not start, which is reported
    }
    context.close();
    long all =
        Stream.of(getClass().getDeclaredMethods())
            .filter(m -> Stream.of(m.getAnnotations()).anyMatch(a -> isTest(a.annotationType())))
            .count();
    if (tests.size() == all) {
      assertThat(branches.missing(flows())).as("branches of " + file.path()).isEmpty();
    }
  }

  private static boolean isTest(Class<?> annotation) {
    return annotation == Test.class || annotation.getSimpleName().equals("ParameterizedTest");
  }

  /** The flows of the file. */
  protected final Stream<Flow> flows() {
    return file.flows().stream();
  }

  /** Says what a bean's method or an endpoint does in this test. */
  protected final void given(String call, Effect... effects) {
    recorder.answer(call, Effect.all(effects));
  }

  /** Begins a message that enters the route of this id. */
  protected final Message into(String routeId) {
    return new Message(context, routeId);
  }

  /** Sends an HTTP request to what the file binds; path parameters are filled in. */
  protected final Run request(String method, String path) {
    Exchange exchange = new DefaultExchange(context.camel());
    exchange.getMessage().setHeader(Exchange.HTTP_METHOD, method);
    exchange.getMessage().setHeader(Exchange.HTTP_PATH, path);
    context.door().request(exchange);
    return new Run(exchange, recorder.calls());
  }

  /** Does the same with another value of a setting, in a context of its own. */
  protected final void withSetting(String name, String value, Body body) throws Exception {
    Properties other = new Properties();
    other.putAll(settings);
    other.setProperty(name, value);
    FlowContext usual = context;
    try (FlowContext changed = start(other)) {
      context = changed;
      body.run();
    } finally {
      context = usual;
    }
  }

  /** What is done with a setting. */
  @FunctionalInterface
  protected interface Body {
    /** Does it. */
    void run() throws Exception;
  }

  /** A message that enters a route. */
  protected final class Message {
    private final FlowContext context;
    private final String routeId;
    private final Map<String, Object> headers = new LinkedHashMap<>();
    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final Map<String, Object> variables = new LinkedHashMap<>();
    private Object body;

    private Message(FlowContext context, String routeId) {
      this.context = context;
      this.routeId = routeId;
    }

    /** With this header. */
    public Message header(String name, Object value) {
      headers.put(name, value);
      return this;
    }

    /** With this property of the exchange. */
    public Message property(String name, Object value) {
      properties.put(name, value);
      return this;
    }

    /** With this variable of the exchange. */
    public Message variable(String name, Object value) {
      variables.put(name, value);
      return this;
    }

    /** As an HTTP request for this operation of the contract. */
    public Message operation(String id) {
      return variable(OperationFlows.OPERATION, id);
    }

    /** With this body. */
    public Message body(Object value) {
      body = value;
      return this;
    }

    /** Lets it run to its end. */
    public Run run() {
      Route route =
          context
              .route(routeId)
              .orElseThrow(() -> new IllegalArgumentException("no route " + routeId));
      Exchange exchange = route.getEndpoint().createExchange();
      exchange.getMessage().setBody(body);
      exchange.getMessage().setHeaders(new HashMap<>(headers));
      properties.forEach(exchange::setProperty);
      variables.forEach(exchange::setVariable);
      try {
        ((DefaultConsumer) route.getConsumer()).getProcessor().process(exchange);
      } catch (Exception e) {
        exchange.setException(e);
      }
      return new Run(exchange, recorder.calls());
    }
  }
}
