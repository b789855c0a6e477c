package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.start.StartFailure;
import dev.drover.engine.start.StartRefused;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;

/** Central refuses a start before it makes anything: no data directory, no broker, no port. */
class CentralStartTest {
  @TempDir Path data;

  private Throwable start(String... settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--drover.home=" + System.getProperty("drover.home"),
                "--drover.data=" + data.resolve("central"),
                "--drover.log-directory=" + data.resolve("logs"),
                "--drover.grpc.port=" + FreePort.pick(),
                "--drover.kafka.port=" + FreePort.pick(),
                "--drover.mongo.port=" + FreePort.pick(),
                "--drover.port=" + FreePort.pick(),
                "--server.port=" + FreePort.pick()));
    for (String setting : settings) {
      // given twice, the two would be read as a list
      String name = setting.substring(0, setting.indexOf('=') + 1);
      arguments.removeIf(other -> other.startsWith(name));
      arguments.add(setting);
    }
    return Assertions.catchThrowable(
        () ->
            SpringApplication.run(CentralApplication.class, arguments.toArray(String[]::new))
                .close());
  }

  @ParameterizedTest
  @CsvSource({
    "drover.port, DROVER_PORT",
    "drover.grpc.port, DROVER_GRPC_PORT",
    "server.port, DROVER_MANAGEMENT_PORT",
    "drover.kafka.port, DROVER_KAFKA_PORT",
    "drover.mongo.port, DROVER_MONGO_PORT"
  })
  void d1ATakenPortEndsTheStartWithItsSettingBeforeAnythingStarts(String name, String variable)
      throws Exception {
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Throwable failure = start("--" + name + "=" + stranger.getLocalPort());

      StartRefused refused = StartFailure.refused(failure).orElseThrow();
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused).hasMessageContaining(variable + "=" + stranger.getLocalPort());
      assertThat(Files.exists(data.resolve("central"))).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "drover.limits.beacons | 1000000/1m | DROVER_LIMITS_BEACONS",
        "spring.profiles.active | staging | DROVER_PROFILE",
        "drover.bind | 300.1.1.1 | DROVER_BIND",
        "drover.grpc.port | 70000 | DROVER_GRPC_PORT",
        "drover.beacons.approval | central | DROVER_BEACONS_APPROVAL"
      })
  void d14AWrongSettingEndsTheStartOfCentralAsItDoesAtAMall(
      String name, String value, String variable) {
    Throwable failure = start("--" + name + "=" + value);

    StartRefused refused = StartFailure.refused(failure).orElseThrow();
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused).hasMessageContaining(variable).hasMessageContaining("allowed is");
    assertThat(Files.exists(data.resolve("central"))).isFalse();
  }

  @Test
  void f8WhateverFailsWhileTheDoorsOpenEndsTheStart() throws Exception {
    Path broker = Files.createDirectories(data.resolve("central")).resolve("kafka");
    Files.writeString(broker, "no directory");

    Throwable failure = start();

    assertThat(failure).isNotNull();
    assertThat(failure.toString()).contains("kafka");
  }

  @Test
  void f18AFileThatIsNoCertificateEndsTheStartWithItsSettingAndItsName() throws Exception {
    Path nothing = Files.writeString(data.resolve("no.pem"), "no certificate");
    Throwable failure =
        start("--drover.grpc.tls.certificate=" + nothing, "--drover.grpc.tls.key=" + nothing);

    StartRefused refused = StartFailure.refused(failure).orElseThrow();
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused)
        .hasMessageContaining("drover.grpc.tls.certificate")
        .hasMessageContaining(nothing + " holds no certificate");
  }
}
