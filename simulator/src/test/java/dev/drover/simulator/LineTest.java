package dev.drover.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.time.Ticker;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The line against a server that says every byte again. */
class LineTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();
  private final int port = FreePort.pick();
  private Line line;

  @BeforeEach
  void open() {
    int central = FreePort.pick();
    vertx
        .createNetServer()
        .connectHandler(LineTest::echo)
        .listen(central, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    line =
        new Line(
            vertx,
            "127.0.0.1",
            port,
            URI.create("http://127.0.0.1:" + central),
            Clock.systemUTC(),
            Ticker.SYSTEM);
    line.open();
  }

  @AfterEach
  void close() {
    line.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static void echo(NetSocket socket) {
    socket.handler(socket::write);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes());
    assertThat(socket.getInputStream().readNBytes(text.length())).asString().isEqualTo(text);
  }

  @Test
  void passesBytesAndEndsOn() throws IOException {
    try (Socket socket = connect()) {
      say(socket, "hello");
      say(socket, "again ".repeat(100_000));
      assertThat(line.connections()).isEqualTo(1);
    }
    await().atMost(SOON).until(() -> line.connections() == 0);
    assertThat(line.isCut()).isFalse();
    assertThat(line.left()).isZero();
  }

  @Test
  void aCutResetsWhatIsOpenAndRefusesWhatComes() throws IOException {
    try (Socket socket = connect()) {
      say(socket, "hello");

      line.cut(LONG);

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class));
      assertThat(line.isCut()).isTrue();
      assertThat(line.left()).isBetween(LONG.minusMinutes(1), LONG);
      await().atMost(SOON).until(() -> line.connections() == 0);
    }
  }

  @Test
  void aNewCutSetsANewEndAndThenTheLineIsBack() throws IOException {
    line.cut(LONG);

    line.cut(Duration.ofMillis(50));

    await().atMost(SOON).until(() -> !line.isCut());
    assertThat(line.left()).isZero();
    try (Socket socket = connect()) {
      say(socket, "back");
    }
  }

  @Test
  void comesBackAlsoWhenItsPortIsTakenForAWhile() throws IOException {
    line.cut(LONG);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class));
    try (java.net.ServerSocket taken =
        new java.net.ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      line.cut(Duration.ofMillis(1));
      assertThat(taken.isBound()).isTrue();
      await().atMost(SOON).until(() -> line.left().isZero());
      assertThat(line.isCut()).isTrue();
    }
    await().atMost(SOON).until(() -> !line.isCut());
    try (Socket socket = connect()) {
      say(socket, "back");
    }
  }
}
