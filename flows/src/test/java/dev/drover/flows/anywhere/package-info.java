/** A representative set of flow files with what they need, for any runtime that Camel has. */
package dev.drover.flows.anywhere;
