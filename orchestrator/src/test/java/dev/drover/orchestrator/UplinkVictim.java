package dev.drover.orchestrator;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** A mall to be killed: it accepts writes and notes each one after it was promised. */
final class UplinkVictim {
  private UplinkVictim() {}

  /**
   * Arguments: the data directory, central's URL, the file of promises, the first number, the
   * queue.
   */
  public static void main(String[] arguments) throws Exception {
    FileChannel promises =
        FileChannel.open(
            Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Map<String, String> settings = UplinkFaultTest.settings(arguments[4]);
    try (TestMall mall = new TestMall(Path.of(arguments[0]), arguments[1], settings)) {
      for (int n = Integer.parseInt(arguments[3]); true; n++) {
        String beacon = "b" + n % UplinkFaultTest.BEACONS;
        String poison = n % 250 == 77 ? ",\"poison\":1" : "";
        String body = "{\"n\":" + n + ",\"b\":\"" + beacon + '"' + poison + "}";
        UplinkTest.accept(mall, "access_logs", beacon, "normal", body);
        promises.write(ByteBuffer.wrap((n + "\n").getBytes()));
      }
    }
  }
}
