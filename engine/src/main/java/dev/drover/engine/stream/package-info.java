/**
 * What the servers of event streams share: {@code sse}, {@code ws} and {@code grpc-events} put the
 * same exchange before a stream, take the same events, and find the same parts.
 */
package dev.drover.engine.stream;
