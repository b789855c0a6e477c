package dev.drover.engine.grpc;

/** How a request message reaches the route of the REST operation. */
public enum GrpcRequestForm {
  /** As JSON in the body: its RFC 8785 form, with an empty text left out. */
  body,
  /** As headers of the fields' names, like a query; fields that are not set are left out. */
  query
}
