"""What Rasa loads: featurizers, classifier, FAQ retriever, channel, tracker store. Python 3.10; imports only itself."""
