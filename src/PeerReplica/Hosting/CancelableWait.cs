namespace PeerReplica.Hosting;

/// <summary>
/// Waits for a task until a time is over or a token is canceled. What follows a cancellation runs where the replica runs its continuations, and not within the call that cancels: that is
/// foreign code's thread, and in the simulator not one of its events.
/// </summary>
internal static class CancelableWait
{
    /// <summary>Waits without a time limit.</summary>
    public static Task ForAsync(Task task, Action<Action> schedule, CancellationToken cancellationToken) =>
        ForAsync(task, Timeout.InfiniteTimeSpan, TimeProvider.System, schedule, cancellationToken);

    /// <summary>Waits at most <paramref name="timeout"/>.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task ForAsync(Task task, TimeSpan timeout, TimeProvider time, Action<Action> schedule, CancellationToken cancellationToken)
    {
        if (task.IsCompleted || !cancellationToken.CanBeCanceled || cancellationToken.IsCancellationRequested)
        {
            await task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Not disposed: its cancellation may be on its way when the wait is over.
        var canceled = new CancellationTokenSource();
        var registration = cancellationToken.UnsafeRegister(static s =>
        {
            var (schedule, canceled) = ((Action<Action>, CancellationTokenSource))s!;
            schedule(canceled.Cancel);
        }, (schedule, canceled));
        try
        {
            await task.WaitAsync(timeout, time, canceled.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (canceled.IsCancellationRequested)
        {
            throw new TaskCanceledException(null, null, cancellationToken);
        }
        finally
        {
            registration.Unregister();
        }
    }

    /// <summary>Waits for a result, at most <paramref name="timeout"/>.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task<T> ForAsync<T>(Task<T> task, TimeSpan timeout, TimeProvider time, Action<Action> schedule, CancellationToken cancellationToken)
    {
        await ForAsync((Task)task, timeout, time, schedule, cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }
}
