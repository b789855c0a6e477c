/** Requests under an idempotency key, and a central that dies between effect and answer. */
package dev.drover.e2e.keys;
