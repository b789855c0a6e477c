/** Starts one flow file in a plain Camel context, with everything outside of it recorded. */
package dev.drover.flows.harness;
