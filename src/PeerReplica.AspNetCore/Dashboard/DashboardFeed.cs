using System.Text.Json;
using Microsoft.Extensions.Logging;
using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>
/// Reads the state once an interval while anybody follows, and encodes it once for all who do. A follower waits for the next update and takes the latest: nothing is queued for a slow one.
/// With no follower nothing runs. Thread-safe.
/// </summary>
internal sealed class DashboardFeed(SnapshotReader reader, PeerReplicaDashboardOptions options, WatchInterest? interest, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Lock _reading = new();
    private TaskCompletionSource<byte[]> _next = New();
    private CancellationTokenSource? _sampling;
    private int _followers;
    private byte[]? _latest;
    private long _readAt;

    /// <summary>How often the state was read, for tests.</summary>
    public long Samples { get; private set; }

    /// <summary>How many follow.</summary>
    public int Followers
    {
        get
        {
            lock (_gate) return _followers;
        }
    }

    /// <summary>Begins to follow. False when there are as many followers as there may be.</summary>
    public bool TryFollow()
    {
        CancellationToken token;
        lock (_gate)
        {
            if (_followers == options.MaxStreams) return false;
            if (++_followers > 1) return true;
            _sampling = new CancellationTokenSource();
            token = _sampling.Token;
        }

        interest?.Begin();
        _ = Task.Run(() => SampleAsync(token), CancellationToken.None);
        return true;
    }

    /// <summary>Ends following.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_followers > 0) return;
            _sampling!.Cancel();
            _sampling.Dispose();
            _sampling = null;
        }

        interest?.End();
    }

    /// <summary>The state as JSON, read now unless it was a moment ago: however often it is asked for, it is read a few times a second.</summary>
    public byte[] Read()
    {
        lock (_reading)
        {
            if (_latest is null || time.GetElapsedTime(_readAt) >= s_fresh)
            {
                Samples++;
                _latest = JsonSerializer.SerializeToUtf8Bytes(reader.Read(), DashboardJson.Default.Snapshot);
                _readAt = time.GetTimestamp();
            }

            return _latest;
        }
    }

    /// <summary>The next state that is read.</summary>
    public Task<byte[]> NextAsync()
    {
        lock (_gate) return _next.Task;
    }

    private static TaskCompletionSource<byte[]> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(options.Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return;
            try
            {
                var state = Read();
                TaskCompletionSource<byte[]> waiting;
                lock (_gate) (waiting, _next) = (_next, New());
                waiting.SetResult(state);
            }
#pragma warning disable CA1031 // A transport or serializer of the app's may throw: followers wait for the next reading.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.DashboardNotSampled(logger, e);
            }
        }
    }
}
