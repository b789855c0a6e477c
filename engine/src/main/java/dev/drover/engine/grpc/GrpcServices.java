package dev.drover.engine.grpc;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.drover.engine.limit.ByteBudget;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The methods of protobuf services, open to whoever serves them: a method is answered by the route
 * that took it, and by UNIMPLEMENTED as long as none did. So a route may come, go and change while
 * the port listens.
 */
public final class GrpcServices {
  /** Serves the calls of one method. */
  interface CallHandler {
    /** Handles one call whose request has arrived; on a thread that may block. */
    void handle(GrpcCall call);

    /** Whether a call needs no token, because it brings another proof. */
    boolean anonymous();

    /** The largest request. */
    int maxRequestBytes();
  }

  /** Decides from the metadata whether a call may begin. */
  @FunctionalInterface
  public interface Door {
    /**
     * Lets a caller in.
     *
     * @param authorization the metadata of this name, or null
     * @throws dev.drover.proto.ProtocolException AUTH_TOKEN_MISSING and the like
     */
    void admit(String authorization);
  }

  private final Map<String, MethodDescriptor> methods = new LinkedHashMap<>();
  private final Map<String, CallHandler> handlers = new ConcurrentHashMap<>();
  private final List<ServiceDescriptor> services;
  private final Clock clock;
  private final ByteBudget budget;
  private final Door door;

  /**
   * The methods of these services, served by nobody yet.
   *
   * @param clock for the timestamps of errors that no route made
   * @param budget what requests and answers are taken from
   * @param door who may call at all; the routes decide what each may do
   */
  public GrpcServices(Clock clock, ByteBudget budget, Door door, ServiceDescriptor... services) {
    this.clock = clock;
    this.budget = budget;
    this.door = door;
    this.services = List.of(services);
    for (ServiceDescriptor service : services) {
      service.getMethods().forEach(method -> methods.put(fullName(method), method));
    }
  }

  /**
   * What a method takes and gives.
   *
   * @param name service and method, e.g. {@code task.OrchestratorService/ReportRobotStatus}
   */
  MethodDescriptor method(String name) {
    MethodDescriptor method = methods.get(name);
    if (method == null) {
      throw new IllegalArgumentException(
          "no such method: " + name + "; there are " + methods.keySet());
    }
    return method;
  }

  Clock clock() {
    return clock;
  }

  ByteBudget budget() {
    return budget;
  }

  /** Lets the caller of a method in, or throws; who asks for what nobody serves is told so. */
  void admit(String name, String authorization) {
    CallHandler handler = handlers.get(name);
    if (handler != null && !handler.anonymous()) {
      door.admit(authorization);
    }
  }

  int maxRequestBytes(String name) {
    CallHandler handler = handlers.get(name);
    return handler == null ? GrpcLimits.USUAL_REQUEST_BYTES : handler.maxRequestBytes();
  }

  void serve(String name, CallHandler handler) {
    method(name);
    if (handlers.putIfAbsent(name, handler) != null) {
      throw new IllegalStateException(name + " is served by another route");
    }
  }

  void withdraw(String name, CallHandler handler) {
    handlers.remove(name, handler);
  }

  List<String> names() {
    return services.stream().map(ServiceDescriptor::getFullName).toList();
  }

  List<ServerServiceDefinition> definitions() {
    return services.stream().map(this::definition).toList();
  }

  private ServerServiceDefinition definition(ServiceDescriptor service) {
    io.grpc.ServiceDescriptor.Builder described =
        io.grpc.ServiceDescriptor.newBuilder(service.getFullName())
            .setSchemaDescriptor(new Schema(service));
    Map<MethodDescriptor, io.grpc.MethodDescriptor<DynamicMessage, byte[]>> wires =
        new LinkedHashMap<>();
    for (MethodDescriptor method : service.getMethods()) {
      wires.put(method, wire(method));
      described.addMethod(wires.get(method));
    }
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(described.build());
    wires.forEach(
        (method, wire) ->
            definition.addMethod(
                wire, new GrpcCall.Reception(() -> handlers.get(fullName(method)), clock)));
    return definition.build();
  }

  private static io.grpc.MethodDescriptor<DynamicMessage, byte[]> wire(MethodDescriptor method) {
    MethodType type = method.isServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY;
    return io.grpc.MethodDescriptor.<DynamicMessage, byte[]>newBuilder()
        .setType(type)
        .setFullMethodName(fullName(method))
        .setRequestMarshaller(
            new RequestMarshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
        .setResponseMarshaller(Encoded.BYTES)
        .build();
  }

  private static String fullName(MethodDescriptor method) {
    return io.grpc.MethodDescriptor.generateFullMethodName(
        method.getService().getFullName(), method.getName());
  }

  /** Answers come encoded: an event is encoded once, however many streams it goes to. */
  private enum Encoded implements io.grpc.MethodDescriptor.Marshaller<byte[]> {
    BYTES;

    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("a server only sends answers");
    }
  }

  /** What reflection tells about a service. */
  private record Schema(ServiceDescriptor service) implements ProtoServiceDescriptorSupplier {
    @Override
    public ServiceDescriptor getServiceDescriptor() {
      return service;
    }

    @Override
    public FileDescriptor getFileDescriptor() {
      return service.getFile();
    }
  }
}
