package dev.drover.cli.client;

/**
 * An event of an event stream.
 *
 * @param type the field event; "message" when there was none
 * @param id the stream's cursor after this event; empty when none was sent yet
 */
public record SseEvent(String type, String id, String data) {}
