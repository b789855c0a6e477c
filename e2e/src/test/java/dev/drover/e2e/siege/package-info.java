/** Callers that mean harm, for the test that lets many of them at central and a mall at once. */
package dev.drover.e2e.siege;
