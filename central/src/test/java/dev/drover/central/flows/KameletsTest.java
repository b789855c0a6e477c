package dev.drover.central.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.beans.FlowBeans;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Idempotency;
import dev.drover.engine.guard.RateLimiter;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each Kamelet alone: who passes it, and who goes no further. */
class KameletsTest extends CamelTestSupport {
  private static final Path HOME =
      Path.of(System.getProperty("drover.home", "..")).toAbsolutePath().normalize();

  private final Idempotency idempotency = mock(Idempotency.class);
  private final RateLimiter rateLimiter = mock(RateLimiter.class);

  @TempDir Path keys;
  private TokenIssuer issuer;

  @Override
  protected void bindToRegistry(Registry registry) {
    Clock clock = Clock.systemUTC();
    KeyPair key = new FileKeyProvider(keys).signing("token");
    issuer = new TokenIssuer(key, clock);
    JWKSet known = Jwks.of(List.of((ECPublicKey) key.getPublic()));
    new FlowBeans(new TokenVerifier(() -> known, clock), HOME, clock)
        .byName()
        .forEach(registry::bind);
    registry.bind("idempotency", idempotency);
    registry.bind("rateLimiter", rateLimiter);
  }

  @Override
  protected RoutesBuilder createRouteBuilder() {
    return new RouteBuilder() {
      @Override
      public void configure() {
        KameletComponent kamelets = getContext().getComponent("kamelet", KameletComponent.class);
        kamelets.setLocation("file:" + HOME.resolve("kamelets"));
        kamelets.setNoErrorHandler(true);
        errorHandler(noErrorHandler());
        from("direct:guarded")
            .to("kamelet:authenticate-action")
            .to("kamelet:authorise-action?roles=operator")
            .to("kamelet:validate-action?schema=document")
            .to("mock:after");
        from("direct:once")
            .to("kamelet:idempotency-action")
            .to("mock:after")
            .to("kamelet:idempotency-answer-action");
        from("direct:limited")
            .to("kamelet:rate-limit-action?name=heartbeat&limit=10/1m")
            .to("mock:after");
      }
    };
  }

  private Map<String, Object> as(Role role) {
    Grant grant = new Grant("someone", role, "mall-1");
    return Map.of("Authorization", "Bearer " + issuer.issue(grant, Duration.ofHours(1)).value());
  }

  private void refused(ErrorCode code, ThrowingCallable call) {
    assertThat(org.assertj.core.api.Assertions.catchThrowable(call))
        .isInstanceOf(CamelExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            ProtocolException.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    assertThat(getMockEndpoint("mock:after").getExchanges()).isEmpty();
  }

  @Test
  void whoHasNoTokenGoesNoFurther() {
    refused(ErrorCode.AUTH_TOKEN_MISSING, () -> template.sendBody("direct:guarded", "{}"));
  }

  @Test
  void whoHasAnotherRoleGoesNoFurther() {
    refused(
        ErrorCode.FORBIDDEN,
        () -> template.sendBodyAndHeaders("direct:guarded", "{}", as(Role.ORCHESTRATOR)));
  }

  @Test
  void aWrongBodyGoesNoFurther() {
    refused(
        ErrorCode.VALIDATION_FAILED,
        () -> template.sendBodyAndHeaders("direct:guarded", "[", as(Role.OPERATOR)));
  }

  @Test
  void whoMayPassesAndTheTokenStaysBehind() throws Exception {
    getMockEndpoint("mock:after").expectedMessageCount(1);

    template.sendBodyAndHeaders("direct:guarded", "{\"id\":\"a\"}", as(Role.OPERATOR));

    getMockEndpoint("mock:after").assertIsSatisfied();
    Exchange passed = getMockEndpoint("mock:after").getExchanges().get(0);
    assertThat(passed.getMessage().getHeader("Authorization")).isNull();
  }

  @Test
  void aNewRequestPassesAndItsAnswerIsStored() throws Exception {
    getMockEndpoint("mock:after").expectedMessageCount(1);

    template.sendBody("direct:once", "{}");

    getMockEndpoint("mock:after").assertIsSatisfied();
    verify(idempotency).complete(any());
  }

  @Test
  void aRepetitionGoesNoFurtherAndStoresNothing() throws Exception {
    doAnswer(
            call -> {
              call.getArgument(0, Exchange.class).setProperty("DroverReplayed", true);
              return null;
            })
        .when(idempotency)
        .begin(any());

    template.sendBody("direct:once", "{}");

    assertThat(getMockEndpoint("mock:after").getExchanges()).isEmpty();
    verify(idempotency, never()).complete(any());
  }

  @Test
  void whoIsCountedOutGoesNoFurther() {
    doThrow(new ProtocolException(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"))
        .when(rateLimiter)
        .check(any(), eq("heartbeat"), eq("10/1m"));

    refused(ErrorCode.RATE_LIMIT_EXCEEDED, () -> template.sendBody("direct:limited", "{}"));
  }
}
