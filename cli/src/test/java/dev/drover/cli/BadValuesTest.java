package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Every command with bad values of every option: exit code 2 and no name of a Java class. */
class BadValuesTest {
  private static final String CONTROL = "a\u0007b";
  private static final Map<Class<?>, List<String>> BAD =
      Map.of(
          int.class, List.of("x", "-1x", "99999999999999999999", ""),
          Long.class, List.of("x", "99999999999999999999", ""),
          List.class, List.of("x", "99999999999999999999", ""),
          Duration.class, List.of("soon", "-5m", "0s", "99999999999999999999d", ""),
          URI.class, List.of("no url", "ftp://x", "http://", "", "http://h:99999", "x"),
          Path.class, List.of("\0", ""),
          String.class, List.of(CONTROL, "", " "),
          boolean.class, List.of("perhaps"));

  /** These hand everything to the process that they start. */
  private static final Set<String> HAND_ON = Set.of("central", "orchestrator", "simulator");

  @TempDir static Path directory;

  private final StringWriter output = new StringWriter();

  @TestFactory
  Stream<DynamicTest> d7NoOptionTakesABadValueAndNoClassNameReachesPeople() {
    List<DynamicTest> tests = new ArrayList<>();
    leaves(Drover.commandLine(), List.of())
        .forEach(
            (path, line) -> {
              for (ArgSpec argument : line.getCommandSpec().args()) {
                boolean help =
                    argument instanceof OptionSpec o && (o.usageHelp() || o.versionHelp());
                if (!help) {
                  for (String bad : bad(argument)) {
                    List<String> call = call(path, line.getCommandSpec(), argument, bad);
                    tests.add(dynamicTest(String.join(" ", call), () -> refused(call)));
                  }
                }
              }
            });
    assertThat(tests).hasSizeGreaterThan(100);
    return tests.stream();
  }

  private static List<String> bad(ArgSpec argument) {
    if (argument.type().isEnum()) {
      return List.of("x", "", CONTROL);
    }
    assertThat(BAD).as("%s of type %s", argument, argument.type()).containsKey(argument.type());
    return BAD.get(argument.type());
  }

  /** The command with this argument bad, and whatever else it requires right. */
  private static List<String> call(List<String> path, CommandSpec spec, ArgSpec bad, String value) {
    List<String> call = new ArrayList<>(path);
    for (OptionSpec option : spec.options()) {
      if (option == bad) {
        call.add(option.longestName() + "=" + value);
      } else if (option.required()) {
        call.add(option.longestName() + "=" + right(option));
      }
    }
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (parameter == bad) {
        call.add(value);
      } else if (parameter.required()) {
        call.add(right(parameter));
      }
    }
    return call;
  }

  private static String right(ArgSpec argument) {
    if (argument.type().isEnum()) {
      return argument.type().getEnumConstants()[0].toString();
    }
    return argument.type() == Duration.class ? "1s" : "mall";
  }

  private void refused(List<String> call) {
    int code = run(call.toArray(String[]::new));
    assertThat(output.toString()).isNotBlank();
    noClassName();
    assertThat(code).as("%s", output).isEqualTo(2);
  }

  private void noClassName() {
    assertThat(output.toString())
        .doesNotContainPattern("(java|javax|sun|jdk|dev\\.drover|picocli)\\.[a-zA-Z]")
        .doesNotContainPattern("[A-Za-z]+(Exception|Error)\\b");
  }

  @Test
  void d7ADirectoryThatIsAFileAndAnOffsetThatLeavesNoPortsAreRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");
    for (String command : List.of("up", "status", "down", "logs")) {
      assertThat(run(command, "--state", file.toString())).as(command).isEqualTo(2);
      assertThat(output.toString()).contains(file + " is a file; name a directory");
      noClassName();
    }
    for (String offset : List.of("70000", "-1", "15485")) {
      assertThat(run("up", "--port-offset", offset)).isEqualTo(2);
      assertThat(output.toString()).contains(offset + " is not from 0 to 15484");
      noClassName();
    }
    assertThat(run("logs", "-n", "-5")).isEqualTo(2);
    noClassName();
  }

  @Test
  void d7EveryCommandThatAsksAProcessTakesThePortOffset() {
    leaves(Drover.commandLine(), List.of())
        .forEach(
            (path, line) -> {
              CommandSpec spec = line.getCommandSpec();
              boolean asks =
                  spec.findOption("--central") != null || spec.findOption("--mall") != null;
              if (asks) {
                assertThat(spec.findOption("--port-offset")).as("%s", path).isNotNull();
              }
            });
  }

  @Test
  void d7NoSentenceOfTheHelpIsCut() {
    leaves(Drover.commandLine(), List.of())
        .forEach(
            (path, line) -> {
              String[] description = line.getCommandSpec().usageMessage().description();
              // the list of commands shows the first one alone
              assertThat(description[0]).as("%s", path).endsWith(".");
              for (String one : description) {
                assertThat(one.replaceFirst("%n$", "")).as("%s", path).matches("(?s).*[.…]");
              }
            });
  }

  @Test
  void d11ATokenIsNotMadeForWhatIsNoIdNorWithAKeyThatNobodyKnows() {
    String data = directory.resolve("absent").toString();
    assertThat(run("token", "--role", "operator", "--entity", "a b", "--data", data)).isEqualTo(2);
    assertThat(output.toString()).contains("'a b' is no id; write '*' or 1 to 128 of");

    assertThat(run("token", "--role", "operator", "--entity", "*", "--data", data)).isEqualTo(1);
    assertThat(output.toString()).contains("no central has made its key in " + data, "--data");
    assertThat(directory.resolve("absent")).doesNotExist();

    assertThat(run("token", "--role", "operator", "--entity", "*", "--data", data, "--new-key"))
        .isZero();
    assertThat(directory.resolve("absent/keys/central-token.pem")).exists();
  }

  @Test
  void d11WhatIsNoFileAndNoAddressIsSaidPlainly() throws Exception {
    assertThat(run("entity", "import", directory.toString())).isEqualTo(2);
    assertThat(output.toString()).contains(directory + " is a directory; name a JSON file.");
    noClassName();

    assertThat(run("events", "tail", "--entity", "m", "--central", "no url")).isEqualTo(2);
    assertThat(output.toString()).contains("'no url' is no address; write http://host:port");
    noClassName();

    Path file = Files.writeString(directory.resolve("kamelet"), "text");
    assertThat(run("routes", "check", "--kamelets", file.toString())).isEqualTo(2);
    assertThat(output.toString()).contains(file + " is a file; name a directory with --kamelets");
    noClassName();

    assertThat(run("keys", "generate", "--out", directory.resolve("no/such/k.pem").toString()))
        .isEqualTo(1);
    assertThat(output.toString()).contains("does not exist");
    noClassName();
  }

  private int run(String... arguments) {
    output.getBuffer().setLength(0);
    PrintWriter both = new PrintWriter(output, true);
    return Drover.commandLine().setOut(both).setErr(both).execute(arguments);
  }

  private static Map<List<String>, CommandLine> leaves(CommandLine line, List<String> path) {
    Map<List<String>, CommandLine> leaves = new java.util.LinkedHashMap<>();
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> own = new ArrayList<>(path);
              own.add(name);
              if (!command.getSubcommands().isEmpty()) {
                leaves.putAll(leaves(command, own));
              } else if (!HAND_ON.contains(name)) {
                leaves.put(own, command);
              }
            });
    return leaves;
  }
}
