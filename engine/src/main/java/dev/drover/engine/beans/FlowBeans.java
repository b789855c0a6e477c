package dev.drover.engine.beans;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Authenticator;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.http.ErrorRenderer;
import dev.drover.engine.schema.Schemas;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * Makes the beans that the Kamelets and error configurations of every process name: who calls, may
 * they, is the body right, how is a refusal told. Spring's configuration only calls this; under
 * plain Camel or Quarkus {@link #byName} is bound to the registry.
 */
public final class FlowBeans {
  private final Authenticator authenticator;
  private final Authoriser authoriser = new Authoriser();
  private final Schemas schemas;
  private final ErrorRenderer errorRenderer;

  /**
   * Makes them.
   *
   * @param home directory that holds proto/schemas
   */
  public FlowBeans(TokenVerifier tokens, Path home, Clock clock) {
    this.authenticator = new Authenticator(tokens);
    this.schemas = new Schemas(home.resolve("proto/schemas"));
    this.errorRenderer = new ErrorRenderer(clock);
  }

  /** Who calls. */
  public Authenticator authenticator() {
    return authenticator;
  }

  /** May they, and for which entity. */
  public Authoriser authoriser() {
    return authoriser;
  }

  /** The JSON Schemas of the messages. */
  public Schemas schemas() {
    return schemas;
  }

  /** The error body of section 9.1. */
  public ErrorRenderer errorRenderer() {
    return errorRenderer;
  }

  /** Returns each bean under the name that flows give it. */
  public Map<String, Object> byName() {
    return Map.of(
        "authenticator", authenticator,
        "authoriser", authoriser,
        "schemas", schemas,
        "errorRenderer", errorRenderer);
  }
}
