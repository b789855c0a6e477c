package dev.drover.orchestrator.central;

import dev.drover.engine.http.TlsFault;
import dev.drover.proto.Plain;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.ssl.TLS;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.Timeout;

/**
 * The one HTTP client to central. It bounds an answer's head and body in bytes, and the whole
 * exchange in time, while they come; it sends nothing twice, follows no redirect, keeps no cookie
 * and unpacks nothing. TLS is 1.3 and nothing older (document 1, section 8.3). Whatever breaks an
 * exchange is one of the two {@link CentralException}s.
 */
public final class CentralHttp implements HttpClientConfigurer, AutoCloseable {
  private static final int LONGEST_HEADER = 16 * 1024;
  private static final int MOST_HEADERS = 100;
  private static final int CONNECTIONS = 20;

  private final AnswerLimits limits;
  private final Consumer<List<X509Certificate>> shown;
  private final ScheduledThreadPoolExecutor deadlines =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "central-deadline");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * A client within these limits.
   *
   * @param shown told the certificates that central showed, with each answer; none without TLS
   */
  public CentralHttp(AnswerLimits limits, Consumer<List<X509Certificate>> shown) {
    this.limits = limits;
    this.shown = shown;
    // A deadline that is over would hold its request, of some megabytes, until its time has come.
    deadlines.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void configureHttpClient(HttpClientBuilder builder) {
    builder
        .setConnectionManager(connections())
        .setConnectionManagerShared(false)
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableContentCompression()
        .disableAuthCaching()
        .addExecInterceptorFirst("central-limits", this::execute);
  }

  private HttpClientConnectionManager connections() {
    Http1Config head =
        Http1Config.custom()
            .setMaxLineLength(LONGEST_HEADER)
            .setMaxHeaderCount(MOST_HEADERS)
            .setMaxEmptyLineCount(10)
            .build();
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder().http1Config(head).build())
        .setTlsSocketStrategy(
            ClientTlsStrategyBuilder.create()
                .setSslContext(SSLContexts.createDefault())
                .setTlsVersions(TLS.V_1_3)
                .buildClassic())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(timeout(limits.connectTimeout()))
                .setSocketTimeout(timeout(limits.responseTimeout()))
                .setValidateAfterInactivity(timeout(Duration.ofSeconds(2)))
                .build())
        .setMaxConnPerRoute(CONNECTIONS)
        .setMaxConnTotal(CONNECTIONS)
        .build();
  }

  private static Timeout timeout(Duration duration) {
    return Timeout.ofMilliseconds(duration.toMillis());
  }

  private ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain) {
    CentralCall call =
        CentralCall.of(request.getPath())
            .orElseThrow(() -> new IllegalArgumentException("no call of central: " + request));
    Duration time = limits.time(call);
    AtomicBoolean late = new AtomicBoolean();
    ScheduledFuture<?> deadline =
        deadlines.schedule(
            () -> {
              late.set(true);
              drop(scope.execRuntime);
            },
            time.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      ClassicHttpResponse response = chain.proceed(request, scope);
      shown.accept(certificates(scope.clientContext.getSSLSession()));
      // It is sent, and never sent again here. Camel holds each request until the exchange ends,
      // and one batch of the uplink is many requests of some megabytes.
      scope.originalRequest.setEntity(null);
      bound(response, limits.bytes(call), scope.execRuntime, deadline);
      return response;
    } catch (IOException e) {
      deadline.cancel(false);
      String why = late.get() ? "no whole answer within " + time.toMillis() + " ms" : reason(e);
      throw new CentralAwayException("central is away: " + why, e);
    } catch (HttpException e) {
      deadline.cancel(false);
      drop(scope.execRuntime);
      throw new CentralAnswerException("central's answer is not valid HTTP: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      deadline.cancel(false);
      throw e;
    }
  }

  private static List<X509Certificate> certificates(SSLSession session)
      throws SSLPeerUnverifiedException {
    return session == null
        ? List.of()
        : Stream.of(session.getPeerCertificates()).map(X509Certificate.class::cast).toList();
  }

  private static void bound(
      ClassicHttpResponse response, long most, ExecRuntime runtime, ScheduledFuture<?> deadline) {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      deadline.cancel(false);
      return;
    }
    if (entity.getContentLength() > most) {
      deadline.cancel(false);
      drop(runtime);
      throw new CentralAnswerException(
          "central's answer has "
              + entity.getContentLength()
              + " bytes, more than the "
              + most
              + " allowed");
    }
    response.setEntity(
        new HttpEntityWrapper(entity) {
          private InputStream content;

          @Override
          public InputStream getContent() throws IOException {
            if (content == null) {
              content =
                  new AnswerStream(
                      super.getContent(), most, () -> drop(runtime), () -> deadline.cancel(false));
            }
            return content;
          }

          /** Whoever took the content closes it; the circuit breaker would do it too early. */
          @Override
          public boolean isStreaming() {
            return content == null;
          }
        });
  }

  private static void drop(ExecRuntime runtime) {
    runtime.discardEndpoint();
  }

  /** Why a connection or an answer broke, for people. */
  static String reason(Exception e) {
    return TlsFault.of(e)
        .orElseGet(
            () -> {
              if (e instanceof SocketTimeoutException) {
                return "it sent nothing in time (" + e.getMessage() + ")";
              }
              if (e instanceof ConnectException || e instanceof UnknownHostException) {
                return e.getMessage();
              }
              return Plain.words(e.getMessage());
            });
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
  }
}
