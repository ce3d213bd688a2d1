namespace PeerReplica.Transport;

/// <summary>Starts threads of the library's own.</summary>
internal static class BackgroundThread
{
    /// <summary>
    /// Starts a background thread, without the caller's execution context. False when the system gives the process no further
    /// thread; the caller then does without, for now.
    /// </summary>
    /// <param name="name">The thread's name, for debuggers.</param>
    /// <param name="run">What it runs. It must not throw.</param>
    public static bool TryStart(string name, ThreadStart run)
    {
        try
        {
            new Thread(run) { IsBackground = true, Name = name }.UnsafeStart();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }
}
