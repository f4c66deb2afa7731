"""What the configuration automates: On, If and Do modules, and how they run."""
