package dev.drover.proto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no Unicode is no JSON of the protocol, and the field is named. */
@DisplayName("B1 text that is no Unicode")
class JsonTest {
  private static void refused(byte[] body, String field) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> Json.tree(body))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
              assertThat(e.details()).containsEntry("field", field);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\":\"m1\",\"name\":\"Caf\\ud83d\"}|name",
        "{\"name\":\"\\ude00\\ud83d\"}|name",
        "{\"name\":\"\\uDBFFx\"}|name",
        "{\"areas\":[{\"id\":\"a\"},{\"id\":\"\\udc00\"}]}|areas[1].id",
        "{\"a\":{\"b\":{\"c\":[1,\"\\ud800\"]}}}|a.b.c[1]",
        "{\"a\":{\"n\\ud83d\":1}}|a",
        "\"\\ud83d\"|$",
      })
  void b1HalfASurrogatePairIsRefused(String body, String field) {
    refused(body.getBytes(UTF_8), field);
  }

  @Test
  void b1WholePairsAndEscapedBackslashesAreText() {
    String body = "{\"a\":\"\\ud83d\\ude00 \\\\ud83d é 😀\",\"é\":\"\\u00e9\"}";
    assertThat(Json.tree(body.getBytes(UTF_8)).path("a").textValue()).isEqualTo("😀 \\ud83d é 😀");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"c0af", "ed a0 bd", "f5808080", "e0 80 af", "f0 80 80 af", "80", "c3", "ff"})
  void b1BytesThatAreNoUtf8AreRefused(String hex) {
    byte[] bad = java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes("{\"id\":\"m1\",\"tags\":[\"x\",\"".getBytes(UTF_8));
    body.writeBytes(bad);
    body.writeBytes("\"]}".getBytes(UTF_8));
    refused(body.toByteArray(), "tags[1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
  void b1OtherEncodingsAreRefused(String name) {
    refused("{\"id\":\"m1\"}".getBytes(Charset.forName(name)), "$");
    refused("7".getBytes(Charset.forName(name)), "$");
  }

  @Test
  void b1Latin1IsRefused() {
    refused("{\"name\":\"Café\"}".getBytes(ISO_8859_1), "name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{\"a\":[1,2|a[1]", "{\"a\":{\"b\":nix}}|a.b", "{\"a\":1,\"a\":2}|a", "{} {}|$"})
  void whatIsNoJsonIsNamed(String body, String field) {
    refused(body.getBytes(UTF_8), field);
  }

  @Test
  void aNameIsNotLongerThanAnyoneNeeds() {
    String most = "n".repeat(Json.LONGEST_NAME);
    assertThat(Json.tree(("{\"" + most + "\":1}").getBytes(UTF_8)).path(most).asInt()).isOne();
    String start = "n".repeat(32) + "…";
    refused(("{\"" + most + "n\":1}").getBytes(UTF_8), start);
    refused(("{\"ok\":1,\"" + most + "n\":1}").getBytes(UTF_8), start);
    refused(("{\"l\":[0,{\"" + most + "n\":1}]}").getBytes(UTF_8), "l[1]." + start);
    String escaped = most.replace("n", "\\u00e9");
    refused(("{\"a\":{\"" + escaped + "\":1}}").getBytes(UTF_8), "a." + "é".repeat(32) + "…");
    String half = "é".repeat(Json.LONGEST_NAME / 2);
    assertThat(Json.tree(("{\"" + half + "\":1}").getBytes(UTF_8)).path(half).asInt()).isOne();
  }

  /** Whoever reads the answer has nothing of the library that was used. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[1",
        "{\"a\"",
        "{\"a\":tru",
        "\"x",
        "{} {}",
        "1 2",
        "{\"a\":1,\"a\":2}",
        "{a:1}",
        "[1,]",
        "{\"a\":01}",
        "nix",
        "NaN",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\n\"}",
        "{\"a\" 1}",
        "}",
        "DEEP",
        "LONG",
        "DIGITS",
        "1e",
        "-",
        "{\"a\":1e999999999999}"
      })
  void noReasonNamesTheReader(String text) {
    String body =
        switch (text) {
          case "DEEP" -> "[".repeat(2000);
          case "LONG" -> "{\"" + "n".repeat(300) + "\":1}";
          case "DIGITS" -> "1".repeat(2000);
          default -> text;
        };
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> Json.tree(body.getBytes(UTF_8)))
        .satisfies(
            e ->
                assertThat(e.getMessage() + e.details())
                    .contains("reason=")
                    .doesNotContainPattern("[Ss]ource|REDACTED|[a-z]\\w*\\.[a-z]\\w*\\.|Feature|`")
                    .doesNotContainPattern("Json[A-Z]|Stream[A-Z]|Exception|reason=[^a-zA-Z]"));
  }

  /** The reader keeps names that it has seen, for all later callers, some thousands of them. */
  @Test
  void namesOfStrangersTakeLittleMemory() {
    read(1);
    long before = used();
    read(10_000);
    assertThat(used() - before).as("bytes that names have left").isLessThan(12L << 20);
  }

  private static void read(int bodies) {
    for (int i = 0; i < bodies; i++) {
      StringBuilder body = new StringBuilder("{");
      for (int name = 0; name < 4; name++) {
        String text = i + "-" + name;
        body.append(name == 0 ? "\"" : ",\"").append(text);
        body.append("x".repeat(Json.LONGEST_NAME - text.length())).append("\":1");
      }
      assertThat(Json.tree(body.append('}').toString().getBytes(UTF_8))).hasSize(4);
    }
  }

  private static long used() {
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
