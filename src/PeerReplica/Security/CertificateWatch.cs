namespace PeerReplica.Security;

/// <summary>
/// Calls whenever certificates may have changed: when something changes in their directories, and in an interval, since a swapped symbolic link, a network file system, the machine's store
/// and a delegate raise no event. One call at a time. Thread-safe.
/// </summary>
internal sealed class CertificateWatch : IDisposable
{
    /// <summary>Files that belong together are written one after the other.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(200);

    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Action _check;

    public CertificateWatch(IEnumerable<string> directories, TimeSpan interval, Action check)
    {
        _check = check;
        foreach (var directory in directories) Watch(directory);
        _ = RunAsync(interval, _stopping.Token);
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers) watcher.Dispose();
        _stopping.Cancel();
    }

    private void Watch(string directory)
    {
        try
        {
            var watcher = new FileSystemWatcher(directory);
            watcher.Changed += OnChanged;
            watcher.Created += OnChanged;
            watcher.Renamed += OnChanged;
            watcher.Deleted += OnChanged;
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // The system gives no further watcher: the interval remains.
        }
    }

    private void OnChanged(object sender, FileSystemEventArgs e)
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // A check is due already.
        }
    }

    private async Task RunAsync(TimeSpan interval, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                if (await _changed.WaitAsync(interval, stopping).ConfigureAwait(false)) await Task.Delay(s_settle, stopping).ConfigureAwait(false);
                _check();
            }
        }
        catch (OperationCanceledException)
        {
            // The replica has stopped.
        }
    }
}
