package dev.drover.e2e.replay;

import dev.drover.e2e.harness.Api;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks a server and keeps what was said, in its order. */
final class Scene {
  private static final Set<String> SECRET = Set.of("X-Signature", "X-Nonce", "If-None-Match");

  private final String server;
  private final Api api;
  private final Map<String, String> tokens;
  private final List<Exchange> exchanges = new ArrayList<>();

  /**
   * Asks this server.
   *
   * @param server its name in the names of exchanges
   * @param tokens by the name of who asks; nobody has none
   */
  Scene(String server, Api api, Map<String, String> tokens) {
    this.server = server;
    this.api = api;
    this.tokens = new LinkedHashMap<>(tokens);
  }

  /** From now on this caller has this token. */
  void token(String who, String token) {
    tokens.put(who, token);
  }

  /** What was said so far. */
  List<Exchange> exchanges() {
    return exchanges;
  }

  /** Asks without a body. */
  Api.Answer ask(String name, String who, String line) {
    return ask(name, who, line, null, Map.of(), false);
  }

  /** Asks with a body of JSON, or what should be. */
  Api.Answer ask(String name, String who, String line, String body) {
    return ask(name, who, line, body, Map.of(), false);
  }

  /** Asks for figures: numbers of the answer are not compared. */
  Api.Answer figures(String name, String who, String line) {
    return ask(name, who, line, null, Map.of(), true);
  }

  /** Asks with headers of its own. */
  Api.Answer ask(String name, String who, String line, String body, Map<String, String> headers) {
    return ask(name, who, line, body, headers, false);
  }

  private Api.Answer ask(
      String name,
      String who,
      String line,
      String body,
      Map<String, String> headers,
      boolean figures) {
    String[] words = line.split(" ", 2);
    Api.Call call = api.call(words[0], words[1]).token(tokens.get(who));
    StringBuilder request = new StringBuilder(Masks.text(line)).append(" as ").append(who);
    headers.forEach(
        (header, value) -> {
          call.header(header, value);
          request.append('\n').append(header).append(": ");
          request.append(SECRET.contains(header) ? "…" : value);
        });
    if (body != null) {
      if (headers.containsKey("Content-Type")) {
        call.bytes(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      } else {
        call.json(body);
      }
      request.append('\n').append(shown(body));
    }
    Api.Answer answer = call.send();
    String said = Masks.answer(answer).stripTrailing();
    String whole = server + " " + name;
    if (exchanges.stream().anyMatch(e -> e.name().equals(whole))) {
      throw new IllegalStateException("twice: " + whole);
    }
    exchanges.add(new Exchange(whole, request.toString(), figures ? Masks.numbers(said) : said));
    return answer;
  }

  private static String shown(String body) {
    String text =
        Masks.text(body).replaceAll("-----BEGIN[^\"]*-----\\\\n", "<key>").replace("\n", "\\n");
    return text.length() > 600 ? text.substring(0, 100) + "… " + text.length() : text;
  }
}
