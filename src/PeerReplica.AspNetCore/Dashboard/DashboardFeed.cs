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
    private long _generation;
    private int _followers;
    private byte[]? _latest;
    private long _readAt;

    /// <summary>Begins to follow. False when there are as many followers as there may be.</summary>
    public bool TryFollow()
    {
        long generation;
        lock (_gate)
        {
            if (_followers == options.MaxStreams) return false;
            if (++_followers > 1) return true;
            generation = ++_generation;
        }

        interest?.Begin();
        _ = Task.Run(() => SampleAsync(generation));
        return true;
    }

    /// <summary>Ends following.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_followers > 0) return;

            // The loop that samples for those who left sees this when it wakes up, and ends.
            _generation++;
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

    private bool IsCurrent(long generation)
    {
        lock (_gate) return generation == _generation;
    }

    private async Task SampleAsync(long generation)
    {
        var isFailing = false;
        while (true)
        {
            await Task.Delay(options.Interval, time).ConfigureAwait(false);
            if (!IsCurrent(generation)) return;
            try
            {
                var state = Read();
                TaskCompletionSource<byte[]> waiting;
                lock (_gate) (waiting, _next) = (_next, New());
                waiting.SetResult(state);
                isFailing = false;
            }
#pragma warning disable CA1031 // A transport or serializer of the app's may throw: followers wait for the next reading.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!isFailing) Log.DashboardNotSampled(logger, e);
                isFailing = true;
            }
        }
    }
}
