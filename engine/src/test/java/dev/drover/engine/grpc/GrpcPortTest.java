package dev.drover.engine.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.grpc.appendix.AppendixProto;
import dev.drover.proto.grpc.navign.SyncProto;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health, reflection and TLS of the port itself. */
class GrpcPortTest {
  @TempDir static Path directory;

  /** A self-signed certificate and its key as PEM files. */
  private record Certificate(Path chain, Path key) {
    static Certificate of(String name) throws Exception {
      KeyPair pair = PrivateKeys.generate();
      X500Name subject = new X500Name("CN=" + name);
      Instant now = Instant.now();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              subject,
              BigInteger.ONE,
              Date.from(now.minusSeconds(60)),
              Date.from(now.plusSeconds(3600)),
              subject,
              pair.getPublic());
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
      X509CertificateHolder holder =
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
      return new Certificate(
          pem(name + ".crt", "CERTIFICATE", holder.getEncoded()),
          pem(name + ".key", "PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    private static Path pem(String file, String type, byte[] der) throws Exception {
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
      return Files.writeString(
          directory.resolve(file),
          "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }
  }

  private static Certificate central;
  private static Certificate mall;
  private static Certificate stranger;

  @BeforeAll
  static void makeCertificates() throws Exception {
    central = Certificate.of("central");
    mall = Certificate.of("mall");
    stranger = Certificate.of("stranger");
  }

  private static GrpcPort port(Optional<GrpcPort.Tls> tls) {
    GrpcPort port =
        new GrpcPort(
            new GrpcPort.Settings("127.0.0.1", 0, tls, true, GrpcLimits.usual()),
            new GrpcServices(
                Clock.systemUTC(),
                ByteBudget.ofHeap(),
                authorization -> {},
                SyncProto.getDescriptor().findServiceByName("OrchestratorSync"),
                AppendixProto.getDescriptor().findServiceByName("OrchestratorSync")));
    port.listen();
    return port;
  }

  private static GrpcPort.Tls tls(boolean clientsMust) {
    return new GrpcPort.Tls(central.chain(), central.key(), Optional.of(mall.chain()), clientsMust);
  }

  private static ServingStatus health(ManagedChannel channel, String service) {
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .check(HealthCheckRequest.newBuilder().setService(service).build())
          .getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  private static ManagedChannel plain(GrpcPort port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port.port()).usePlaintext().build();
  }

  private static ManagedChannel secure(GrpcPort port, String protocol, Certificate own)
      throws Exception {
    SslContextBuilder ssl =
        GrpcSslContexts.forClient().trustManager(central.chain().toFile()).protocols(protocol);
    if (own != null) {
      ssl.keyManager(own.chain().toFile(), own.key().toFile());
    }
    return NettyChannelBuilder.forAddress("127.0.0.1", port.port()).sslContext(ssl.build()).build();
  }

  @Test
  void healthKnowsBothServices() {
    GrpcPort port = port(Optional.empty());
    assertThat(port.serving()).isTrue();
    assertThat(health(plain(port), "")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(plain(port), "OrchestratorSync")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(plain(port), "navign.orchestrator.sync.OrchestratorSync"))
        .isEqualTo(ServingStatus.SERVING);
    assertThatThrownBy(() -> health(plain(port), "nothing"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND");
    port.close();
    assertThat(port.serving()).isFalse();
    port.close();
  }

  @Test
  void aTakenPortIsToldAtOnce() {
    try (GrpcPort first = port(Optional.empty())) {
      GrpcPort second =
          new GrpcPort(GrpcPort.Settings.plain("127.0.0.1", first.port()), ByteBudget.ofHeap());
      assertThatThrownBy(second::listen)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(String.valueOf(first.port()));
    }
  }

  @Test
  void reflectionTellsTheServicesAndTheirMessages() throws Exception {
    try (GrpcPort port = port(Optional.empty())) {
      ManagedChannel channel = plain(port);
      assertThat(
              reflect(channel, ServerReflectionRequest.newBuilder().setListServices(""))
                  .getListServicesResponse()
                  .getServiceList())
          .extracting(service -> service.getName())
          .contains(
              "OrchestratorSync",
              "navign.orchestrator.sync.OrchestratorSync",
              "grpc.health.v1.Health");
      assertThat(
              reflect(
                      channel,
                      ServerReflectionRequest.newBuilder()
                          .setFileContainingSymbol("navign.orchestrator.sync.SyncFullResponse"))
                  .getFileDescriptorResponse()
                  .getFileDescriptorProtoCount())
          .isPositive();
      channel.shutdownNow();
    }
  }

  @Test
  void c8WithoutReflectionNothingIsTold() {
    GrpcPort quiet =
        new GrpcPort(
            new GrpcPort.Settings("127.0.0.1", 0, Optional.empty(), false, GrpcLimits.small()),
            ByteBudget.ofHeap());
    quiet.listen();
    try (quiet) {
      ManagedChannel channel = plain(quiet);
      assertThatThrownBy(
              () -> reflect(channel, ServerReflectionRequest.newBuilder().setListServices("")))
          .hasRootCauseInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("UNIMPLEMENTED");
      channel.shutdownNow();
      assertThat(health(plain(quiet), "")).isEqualTo(ServingStatus.SERVING);
    }
  }

  private static ServerReflectionResponse reflect(
      ManagedChannel channel, ServerReflectionRequest.Builder request) throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asking =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse value) {
                    answer.complete(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    answer.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    asking.onNext(request.build());
    asking.onCompleted();
    return answer.get(60, TimeUnit.SECONDS);
  }

  @Test
  void tlsIs13Only() throws Exception {
    GrpcPort.Tls tls = new GrpcPort.Tls(central.chain(), central.key(), Optional.empty(), false);
    try (GrpcPort port = port(Optional.of(tls))) {
      assertThat(port.serving()).isTrue();
      assertThat(health(secure(port, "TLSv1.3", null), "")).isEqualTo(ServingStatus.SERVING);
      ManagedChannel old = secure(port, "TLSv1.2", null);
      assertThatThrownBy(() -> health(old, "")).matches(GrpcPortTest::unavailable);
      ManagedChannel open = plain(port);
      assertThatThrownBy(() -> health(open, "")).matches(GrpcPortTest::unavailable);
    }
  }

  @Test
  void aClientMayOrMustHaveACertificate() throws Exception {
    try (GrpcPort port = port(Optional.of(tls(false)))) {
      assertThat(health(secure(port, "TLSv1.3", null), "")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(secure(port, "TLSv1.3", mall), "")).isEqualTo(ServingStatus.SERVING);
    }
    try (GrpcPort port = port(Optional.of(tls(true)))) {
      assertThat(health(secure(port, "TLSv1.3", mall), "")).isEqualTo(ServingStatus.SERVING);
      ManagedChannel unknown = secure(port, "TLSv1.3", stranger);
      assertThatThrownBy(() -> health(unknown, "")).matches(GrpcPortTest::unavailable);
      ManagedChannel without = secure(port, "TLSv1.3", null);
      assertThatThrownBy(() -> health(without, "")).matches(GrpcPortTest::unavailable);
    }
  }

  private static boolean unavailable(Throwable e) {
    return GrpcServer.code(e) == Code.UNAVAILABLE;
  }

  @Test
  void aCertificateThatCannotBeReadIsNamed() {
    Path missing = directory.resolve("missing.pem");
    GrpcPort.Tls tls = new GrpcPort.Tls(missing, missing, Optional.empty(), false);
    assertThatThrownBy(() -> port(Optional.of(tls))).hasMessageContaining("missing.pem");
  }
}
