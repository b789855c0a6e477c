package dev.drover.engine.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import com.sun.management.ThreadMXBean;
import dev.drover.proto.grpc.navign.ErrorResponse;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that are sent to cost memory. */
class RequestMarshallerTest {
  private static final int UNKNOWN = 1000;
  private static final int LONG = 64 * 1024;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Each message of the protocol that another one holds once. */
  static Stream<FieldDescriptor> members() {
    return ErrorResponse.getDescriptor().getFile().getMessageTypes().stream()
        .flatMap(type -> type.getFields().stream())
        .filter(field -> field.getJavaType() == JavaType.MESSAGE && !field.isRepeated());
  }

  private static byte[] again(FieldDescriptor member) throws IOException {
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(part);
    out.writeInt32(UNKNOWN, 1);
    out.flush();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    CodedOutputStream message = CodedOutputStream.newInstance(all);
    while (all.size() < LONG) {
      message.writeByteArray(member.getNumber(), part.toByteArray());
      message.flush();
    }
    return all.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("members")
  void aMemberThatComesAgainAndAgainCostsMemoryByItsBytes(FieldDescriptor member)
      throws IOException {
    Descriptor type = member.getContainingType();
    RequestMarshaller marshaller = new RequestMarshaller(DynamicMessage.getDefaultInstance(type));
    byte[] request = again(member);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    DynamicMessage message = marshaller.parse(new ByteArrayInputStream(request));
    long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(taken).isLessThan(1000L * request.length);
    assertThat(message.hasField(member)).isTrue();
  }

  @Test
  void whatIsNoMessageIsRefused() {
    RequestMarshaller marshaller =
        new RequestMarshaller(DynamicMessage.getDefaultInstance(ErrorResponse.getDescriptor()));
    assertThatThrownBy(() -> marshaller.parse(new ByteArrayInputStream(new byte[] {(byte) 0xff})))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("INTERNAL");
  }
}
