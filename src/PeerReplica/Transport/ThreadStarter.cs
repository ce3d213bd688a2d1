namespace PeerReplica.Transport;

/// <summary>As <see cref="BackgroundThread.TryStart"/>: what a test replaces by one that fails.</summary>
internal delegate bool ThreadStarter(string name, ThreadStart run);
