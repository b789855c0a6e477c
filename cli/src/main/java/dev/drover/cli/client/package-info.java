/** Talks to central over HTTP: imports and event streams. */
package dev.drover.cli.client;
