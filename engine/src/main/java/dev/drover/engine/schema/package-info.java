/** What comes in is checked once, at the edge, by the JSON Schema of its message. */
package dev.drover.engine.schema;
