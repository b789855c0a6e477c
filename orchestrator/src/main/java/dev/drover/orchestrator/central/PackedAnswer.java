package dev.drover.orchestrator.central;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** An answer that came packed: what it unpacks to is bounded like what comes plain. */
final class PackedAnswer {
  private PackedAnswer() {}

  /**
   * The plain bytes.
   *
   * @param most how many there may be
   * @throws ProtocolException VALIDATION_FAILED when there are more, or it is broken
   */
  static byte[] unpack(byte[] bytes, long most) {
    if (bytes.length < 2 || bytes[0] != 0x1f || (bytes[1] & 0xff) != 0x8b) {
      return bytes;
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] plain = in.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 16) + 1);
      if (plain.length > most) {
        throw refusal("unpacked it has more than " + most + " bytes");
      }
      return plain;
    } catch (IOException e) {
      throw refusal("it cannot be unpacked: " + e.getMessage());
    }
  }

  private static ProtocolException refusal(String what) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, what, Map.of("field", "$"));
  }
}
