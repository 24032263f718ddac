"""The sample organisations and incidents, and feeding files to the running product; all over the public interfaces."""
