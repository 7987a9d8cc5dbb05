"""Each framework's own way of averaging gradients over processes, one module each."""
