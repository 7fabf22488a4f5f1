"""The compliance report: frames in, frames out, then as pages, Excel and JSON show them."""
