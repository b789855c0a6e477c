package dev.drover.engine.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.grpc.navign.ErrorResponse;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The mapping of messages, which only its own package sees, for random input. */
public final class FuzzedMessages {
  private static final List<Descriptor> TYPES =
      ErrorResponse.getDescriptor().getFile().getServices().stream()
          .flatMap(service -> service.getMethods().stream())
          .map(MethodDescriptor::getInputType)
          .toList();
  private static final int ANSWER = 1 << 20;

  private FuzzedMessages() {}

  /**
   * Reads a message and writes it as JSON and query, and back from that JSON.
   *
   * @param type which request of the protocol
   */
  public static void read(int type, byte[] bytes) {
    Descriptor descriptor = TYPES.get(type % TYPES.size());
    try {
      RequestMarshaller marshaller =
          new RequestMarshaller(DynamicMessage.getDefaultInstance(descriptor));
      DynamicMessage message = marshaller.parse(new ByteArrayInputStream(bytes));
      ProtoToJson.query(message);
      answer(descriptor, ProtoToJson.body(message));
    } catch (StatusRuntimeException e) {
      // The port answers INVALID_ARGUMENT.
      return;
    }
  }

  private static void answer(Descriptor type, byte[] json) {
    try (AnswerMemory memory = new AnswerMemory(new ByteBudget(2L * ANSWER), ANSWER)) {
      JsonToProto.read(type, new ByteArrayInputStream(json), memory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
